import { type Family, groupOf } from '../family.ts'

const path = /["'(\s:](\/[\w.@%+~/-]{1,300})/
const readOnly = /read-only file ?system|EROFS/i
const forms =
  /permission denied|EACCES|EPERM|operation not permitted|PermissionError|AccessDeniedException|UnauthorizedAccessException|\b403\b.{0,30}forbidden|\bforbidden\b.{0,30}\b403\b|Access ?Denied|not authorized to perform|must be run as root|insufficient (?:permission|privilege)s?/i

/** The operating system, or a service, does not allow it. */
export const permission: Family = {
  name: 'permission',
  class: 'permission',
  words: [
    'denied',
    'eacces',
    'eperm',
    'permi',
    'read-only',
    'erofs',
    'forbidden',
    'unauthorizedaccess',
    'authorized to perform',
    'run as root',
    'privilege',
  ],
  read(text) {
    const locked = readOnly.test(text)
    if (!locked && !forms.test(text)) return undefined
    if (/denied for user/i.test(text)) return undefined
    const file = groupOf(path.exec(text))
    if (locked)
      return {
        means: `can not write ${file ?? 'to its file system'}: it is read-only`,
        fix: 'Mount a volume that can be written there, or write elsewhere.',
        tells: 0.9,
      }
    const action = /not authorized to perform:? ([\w:*]{1,100})/i.exec(text)?.[1]
    const outside = /\b403\b|forbidden|AccessDenied\b|not authorized/i.test(text) && !file
    return {
      means: outside
        ? `is not allowed to do what it tries (403 forbidden${action ? `, ${action}` : ''})`
        : `has no permission for ${file ?? 'what it tries'} (permission denied)`,
      fix: outside
        ? 'Compare the rights of its identity with what it needs.'
        : 'Compare the user that it runs as (securityContext runAsUser, fsGroup) with the owner and mode of the file, and the capabilities that it has.',
      tells: file || action ? 0.88 : 0.65,
    }
  },
}
