import { createHash } from 'node:crypto'
import { type Commit, type Git, GitError, GitMoved } from './git.ts'

type Files = Readonly<Record<string, string>>

/** A repository in memory with branches, for tests that take very many steps. Passes `change.contract.ts`. */
export interface FakeBranches extends Git {
  /** As a person does: changes these files (null removes one) on main, and gives the commit. */
  commitFiles(files: Record<string, string | null>, title?: string): string
  /** Merges a branch into main as `git merge --no-ff` does. */
  merge(branch: string): string
  /** Commits that `merge` made, with what they brought in. */
  merges: Map<string, string>
  /** Where branches are now. */
  branches: Map<string, string>
  /** All commits that a revision reaches, itself included. */
  ancestors(revision: string): Set<string>
}

interface Node {
  commit: Commit
  files: Files
  parents: readonly string[]
}

export function fakeBranches(): FakeBranches {
  const commits = new Map<string, Node>()
  const branches = new Map<string, string>()
  const merges = new Map<string, string>()
  const at = (revision: string): Node => {
    const known = commits.get(revision)
    if (!known) throw new GitError(`there is no commit ${revision}`, false)
    return known
  }
  const add = (
    files: Files,
    parents: readonly string[],
    about: Pick<Commit, 'author' | 'message' | 'at'>,
  ): string => {
    const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)))
    const revision = createHash('sha1')
      .update(JSON.stringify([sorted, parents, about]))
      .digest('hex')
    const title = about.message.split('\n')[0] ?? ''
    commits.set(revision, {
      files: sorted,
      parents,
      commit: { ...about, revision, title, message: about.message.trim() },
    })
    return revision
  }
  const ancestors = (revision: string): Set<string> => {
    const found = new Set<string>()
    const left = [revision]
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      if (found.has(next)) continue
      found.add(next)
      left.push(...(commits.get(next)?.parents ?? []))
    }
    return found
  }
  const person = { author: 'Ada <ada@example.com>', at: '2026-01-01T00:00:00Z' }
  let made = 0
  const changed = (files: Files, changes: Record<string, string | null>): Files => {
    const next: Record<string, string> = { ...files }
    for (const [path, text] of Object.entries(changes)) {
      if (text === null) delete next[path]
      else next[path] = text
    }
    return next
  }
  return {
    branches,
    merges,
    ancestors,
    commitFiles(changes, title = 'Change') {
      const head = branches.get('main')
      const files = changed(head === undefined ? {} : at(head).files, changes)
      // People commit at other times, so that equal content makes another commit.
      const revision = add(files, head === undefined ? [] : [head], {
        ...person,
        message: `${title}\n\n${made++}`,
      })
      branches.set('main', revision)
      return revision
    },
    merge(branch) {
      const [ours = '', theirs = ''] = [branches.get('main'), branches.get(branch)]
      const base = [...ancestors(theirs)].find(revision => ancestors(ours).has(revision)) ?? theirs
      const [before, after] = [at(base).files, at(theirs).files]
      const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])]
      const changes = paths
        .filter(path => before[path] !== after[path])
        .map(path => [path, after[path] ?? null] as const)
      const files = changed(at(ours).files, Object.fromEntries(changes))
      const revision = add(files, [ours, theirs], { ...person, message: `Merge ${branch}` })
      branches.set('main', revision)
      merges.set(revision, theirs)
      return revision
    },
    async fetch({ ref }) {
      const head = branches.get(ref)
      if (head === undefined) throw new GitError(`cannot fetch ${ref}: there is no such branch or tag`, false)
      return at(head).commit
    },
    async commit(_, revision) {
      return at(revision).commit
    },
    async files(_, revision, folder) {
      return Object.entries(at(revision).files)
        .filter(
          ([path]) => folder === '' || folder === '.' || path === folder || path.startsWith(`${folder}/`),
        )
        .map(([path, text]) => ({ path, bytes: Buffer.byteLength(text) }))
    },
    async read(_, revision, path) {
      const text = at(revision).files[path]
      if (text === undefined) throw new GitError(`there is no file ${path}`, false)
      return Buffer.from(text)
    },
    async history(_, revision, _path, limit) {
      return [...ancestors(revision)].slice(0, limit).map(id => at(id).commit)
    },
    async restore() {
      throw new GitError('this repository restores nothing', false)
    },
    async make(_, { base, files, message, author, at: time }) {
      const changes = Object.entries(files).map(([path, content]): [string, string | null] => [
        path,
        content !== null && typeof content === 'object' ? (at(content.from).files[path] ?? null) : content,
      ])
      const next = changed(at(base).files, Object.fromEntries(changes))
      const same =
        JSON.stringify(Object.entries(next).sort()) === JSON.stringify(Object.entries(at(base).files).sort())
      return same ? base : add(next, [base], { message, author, at: time })
    },
    async head(_, branch) {
      return branches.get(branch)
    },
    async move(_, { branch, from, to }) {
      const now = branches.get(branch)
      if (now === to) return
      if (now !== from) throw new GitMoved(`branch ${branch} is not where it was`)
      if (to === undefined) branches.delete(branch)
      else branches.set(branch, at(to).commit.revision)
    },
    async contains(_, revision, ancestor) {
      return ancestors(revision).has(ancestor)
    },
    async diff(_, from, to, limitBytes) {
      const [a, b] = [at(from).files, at(to).files]
      const paths = [...new Set([...Object.keys(a), ...Object.keys(b)])]
        .filter(path => a[path] !== b[path])
        .sort()
      return paths
        .map(path => `-${a[path] ?? ''}\n+${b[path] ?? ''}\n`)
        .join('')
        .slice(0, limitBytes)
    },
  }
}
