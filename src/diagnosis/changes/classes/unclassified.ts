import { impactOf } from '../diff/impact.ts'
import { symptomKinds } from '../symptoms/symptom.ts'
import type { DiffClass } from './diff-class.ts'

/** What runs otherwise can fail in any way of programs; nothing of it can make a certificate expire or a node fail. */
const anyOfPrograms = Object.fromEntries(
  symptomKinds
    .filter(
      kind => !['certificate', 'dns', 'node', 'clock', 'unreachable', 'scheduling', 'image'].includes(kind),
    )
    .map(kind => [kind, 0.4]),
)

/** Code or configuration that does something else, of no class that is known: little by itself, more with the same words. */
export const unclassified: DiffClass = {
  name: 'unclassified',
  fault: 'code',
  find(edit) {
    const { files, unknown, change } = edit
    if (unknown) {
      const deployed = change.change !== 'code' || change.resource.service !== ''
      return [
        {
          says: 'changes something that is not told',
          file: files[0]?.path ?? change.id,
          strength: deployed ? 0.5 : 0.25,
          produces: anyOfPrograms,
        },
      ]
    }
    const changed = files.find(
      ({ removed, added, role }) =>
        removed.length + added.length > 0 && role !== 'manifest' && role !== 'image',
    )
    if (!changed) {
      const told = files.find(({ shown }) => shown.length > 0)
      return told
        ? [
            {
              says: 'only changes what is logged, measured or shown',
              file: told.path,
              strength: 0.2,
              produces: anyOfPrograms,
            },
          ]
        : []
    }
    const impact = impactOf(edit)
    return [
      {
        says: impact <= 0.2 ? 'moves code without changing it much' : `changes ${changed.path}`,
        file: changed.path,
        strength: 0.2 + 0.65 * impact,
        produces: anyOfPrograms,
      },
    ]
  },
}
