import { posix } from 'node:path'
import { GitError } from './git.ts'

export interface TreeEntry {
  path: string
  mode: string
  type: string
  object: string
  bytes: number
}

/** The entries of `git ls-tree -r -z -l --full-tree`. */
export function parseTree(output: Buffer, limit: number): TreeEntry[] {
  const entries: TreeEntry[] = []
  let start = 0
  for (let end = output.indexOf(0); end >= 0; end = output.indexOf(0, start)) {
    const line = output.toString('utf8', start, end)
    start = end + 1
    const tab = line.indexOf('\t')
    const [mode = '', type = '', object = '', bytes = ''] = line.slice(0, tab).split(/ +/)
    entries.push({ path: line.slice(tab + 1), mode, type, object, bytes: Number(bytes) || 0 })
    if (entries.length > limit)
      throw new GitError(`the folder holds more than ${limit} files; sync a smaller one`, false)
  }
  return entries
}

/** A file with content of its own: no symlink (120000), no submodule (160000), and a name that stays inside. */
export const isRegularFile = (entry: TreeEntry): boolean =>
  entry.type === 'blob' && (entry.mode === '100644' || entry.mode === '100755') && staysInside(entry.path)

/** No name that a tree object can hold but a file system would follow elsewhere, nor one that is not UTF-8. */
const staysInside = (path: string): boolean =>
  !/\p{Cc}|\\|\uFFFD/u.test(path) &&
  path.split('/').every(part => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git')

/** A path of the repository as git spells it; the empty string for its root. Throws when it leads out. */
export function repositoryPath(path: string): string {
  const plain = posix.normalize(path).replace(/\/+$/, '').replace(/^\.$/, '')
  if (path.startsWith('/') || /\p{Cc}|\\/u.test(path) || plain.split('/').includes('..'))
    throw new GitError(`"${path.slice(0, 255)}" is not a path inside the repository`, false)
  if (plain.length > 4096) throw new GitError('a path of more than 4096 characters is not read', false)
  return plain
}
