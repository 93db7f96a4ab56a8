import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { GitError } from './git.ts'
import type { Repository } from './repository.ts'
import { isRegularFile, repositoryPath, type TreeEntry } from './tree.ts'

/** Content of paths at a revision: the files' mode and object, by path; a folder stands for all files in it. */
export async function contentsAt(
  repository: Repository,
  revision: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, TreeEntry>> {
  const found = new Map<string, TreeEntry>()
  for (const path of paths)
    for (const entry of await repository.entries(revision, path, signal))
      if (isRegularFile(entry)) found.set(entry.path, entry)
  return found
}

export const sameContents = (a: Map<string, TreeEntry>, b: Map<string, TreeEntry>): boolean =>
  a.size === b.size &&
  [...a].every(([path, { mode, object }]) => b.get(path)?.mode === mode && b.get(path)?.object === object)

/** Root-relative paths of a restore; throws for one that leads out, or for none. */
export function restoredPaths(paths: readonly string[]): string[] {
  const plain = paths.map(repositoryPath)
  if (plain.length === 0 || plain.includes(''))
    throw new GitError('a restore names the files it changes', false)
  return [...new Set(plain)].sort()
}

/**
 * A commit on `base` in which the paths have the given contents, built in an index of its own: nothing is checked
 * out, so no filter, hook or symlink of the repository is followed.
 */
export async function commitRestored(
  repository: Repository,
  change: {
    base: string
    before: Map<string, TreeEntry>
    after: Map<string, TreeEntry>
    message: string
    author: string
    at: string
  },
  signal: AbortSignal,
): Promise<string> {
  const index = join(repository.directory, `index-${randomUUID()}`)
  const env = { GIT_INDEX_FILE: index }
  const text = async (args: string[], input?: string, more: Record<string, string> = {}) =>
    (
      await repository.run(args, signal, {
        env: { ...env, ...more },
        ...(input !== undefined && { input }),
      })
    )
      .toString('utf8')
      .trim()
  try {
    await text(['read-tree', change.base])
    const removed = [...change.before.keys()].filter(path => !change.after.has(path))
    const lines = [
      ...removed.map(path => `0 ${'0'.repeat(change.base.length)}\t${path}\0`),
      ...[...change.after.values()].map(({ mode, object, path }) => `${mode} ${object}\t${path}\0`),
    ]
    await text(['update-index', '-z', '--index-info'], lines.join(''))
    const tree = await text(['write-tree'])
    return await text(['commit-tree', tree, '-p', change.base, '-F', '-'], change.message, identity(change))
  } finally {
    await rm(index, { force: true })
  }
}

function identity({ author, at }: { author: string; at: string }): Record<string, string> {
  const [, name = author, mail = ''] = /^(.*?)\s*<([^<>]*)>$/.exec(author) ?? []
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: mail,
    GIT_AUTHOR_DATE: at,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: mail,
    GIT_COMMITTER_DATE: at,
  }
}
