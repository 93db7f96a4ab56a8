import { createHash } from 'node:crypto'
import { type Commit, type Git, GitError } from './git.ts'

/** A repository in memory for tests that make very many commits: one branch, files as texts. */
export interface FakeGit extends Git {
  /** Makes a commit with exactly these files the newest one; equal content and title make the same commit. */
  push(files: Record<string, string>, title?: string): string
  /** Whether the remote answers. */
  reachable: boolean
  fetches: number
}

export function fakeGit(): FakeGit {
  const commits = new Map<string, { commit: Commit; files: Record<string, string> }>()
  let head: Commit | undefined
  const at = (revision: string) => {
    const known = commits.get(revision)
    if (!known) throw new GitError(`there is no commit ${revision}`, false)
    return known
  }
  return {
    reachable: true,
    fetches: 0,
    push(files, title = 'Change') {
      const revision = createHash('sha1')
        .update(JSON.stringify([files, title]))
        .digest('hex')
      const commit: Commit = {
        revision,
        author: 'Ada <ada@example.com>',
        title,
        message: title,
        at: '2026-01-01T00:00:00Z',
        ...(head && { parents: [head.revision] }),
      }
      commits.set(revision, { commit, files })
      head = commit
      return revision
    },
    async fetch() {
      this.fetches++
      if (!this.reachable) throw new GitError('cannot fetch main: connection refused', true)
      if (!head) throw new GitError('cannot fetch main: there is no such branch or tag', false)
      return head
    },
    async commit(_, revision) {
      return at(revision).commit
    },
    async files(_, revision) {
      return Object.entries(at(revision).files).map(([path, text]) => ({
        path,
        bytes: Buffer.byteLength(text),
      }))
    },
    async read(_, revision, path) {
      const text = at(revision).files[path]
      if (text === undefined) throw new GitError(`there is no file ${path}`, false)
      return Buffer.from(text)
    },
    async history(_, revision, path, limit) {
      const all = [...commits.values()]
      const before = all.slice(0, all.findIndex(({ commit }) => commit.revision === revision) + 1)
      const under = (files: Record<string, string> = {}) =>
        JSON.stringify(
          Object.entries(files)
            .filter(([name]) => path === '' || path === '.' || name === path || name.startsWith(`${path}/`))
            .sort(),
        )
      return before
        .filter(({ files }, index) => under(files) !== under(before[index - 1]?.files))
        .map(({ commit }) => commit)
        .reverse()
        .slice(0, limit)
    },
    async restore() {
      throw noBranches()
    },
    async make() {
      throw noBranches()
    },
    async head() {
      return head?.revision
    },
    async move() {
      throw noBranches()
    },
    async contains(_, revision, ancestor) {
      const order = [...commits.keys()]
      return order.includes(ancestor) && order.indexOf(ancestor) <= order.indexOf(revision)
    },
    async diff() {
      return ''
    },
  }
}

const noBranches = () => new GitError('this repository takes no branches', false)
