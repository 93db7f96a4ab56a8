import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Change } from './story.ts'

const run = promisify(execFile)

/** The demo's own Git repository, used by the git command as a person would. */
export interface Repository {
  path: string
  commit(change: Change): Promise<string>
  /** Merges a branch into main and returns the merge commit. */
  merge(branch: string, author: string): Promise<string>
}

export async function createRepository(path: string): Promise<Repository> {
  await mkdir(path, { recursive: true })
  const git = async (...args: string[]) =>
    (await run('git', ['-C', path, '-c', 'core.hooksPath=/dev/null', ...args])).stdout.trim()
  const as = (author: string) => {
    const [, name = author, mail = ''] = /^(.*) <(.*)>$/.exec(author) ?? []
    return ['-c', `user.name=${name}`, '-c', `user.email=${mail}`]
  }
  await git('init', '--quiet', '--initial-branch=main')
  return {
    path,
    async commit({ title, author, apply }) {
      await apply(path)
      await git('add', '--all')
      await git(...as(author), 'commit', '--quiet', '--message', title)
      return git('rev-parse', 'HEAD')
    },
    async merge(branch, author) {
      await git(...as(author), 'merge', '--quiet', '--no-ff', '--message', `Merge ${branch}`, branch)
      return git('rev-parse', 'HEAD')
    },
  }
}
