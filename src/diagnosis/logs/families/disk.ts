import { type Family, groupOf } from '../family.ts'

const forms =
  /no space left on device|ENOSPC|disk (?:is )?full|disk quota exceeded|EDQUOT|not enough (?:free )?(?:disk )?space|insufficient (?:disk|storage) space|flood[- ]stage (?:disk )?watermark|low on resource: ephemeral-storage|filesystem (?:is )?full|could not (?:write|extend) [^.]{0,80}No space|inodes? (?:exhausted|full)/i

/** A disk is full. */
export const disk: Family = {
  name: 'disk-full',
  class: 'disk',
  words: ['space', 'enospc', 'disk', 'edquot', 'watermark', 'ephemeral', 'filesystem', 'inode'],
  read(text) {
    if (!forms.test(text)) return undefined
    const path = groupOf(/["'\s:(](\/[\w.@%+~/-]{1,200})/.exec(text))
    return {
      means: `can not write${path ? ` ${path}` : ''}: no space is left on the ${/ephemeral/i.test(text) ? "node's ephemeral storage" : 'disk'}`,
      fix: 'Free space or enlarge the volume, and see what filled it (logs, temporary files, retention).',
      tells: 0.93,
    }
  },
}
