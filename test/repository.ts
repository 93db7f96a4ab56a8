import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A real Git repository in a temporary folder. */
export interface TestRepository extends AsyncDisposable {
  path: string
  git(...args: string[]): Promise<string>
  /** Writes files (undefined removes one), commits all, and returns the SHA. */
  commit(title: string, files: Record<string, string | undefined>, author?: string): Promise<string>
  /** Merges a branch into main and returns the merge commit. */
  merge(branch: string): Promise<string>
}

export async function testRepository(): Promise<TestRepository> {
  const path = await mkdtemp(join(tmpdir(), 'keelway-test-'))
  const git = async (...args: string[]) =>
    (
      await run('git', ['-C', path, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args])
    ).stdout.trim()
  await git('init', '--quiet', '--initial-branch=main')
  return {
    path,
    git,
    async commit(title, files, author = 'Ada <ada@example.com>') {
      for (const [name, content] of Object.entries(files)) {
        const file = join(path, name)
        if (content === undefined) await rm(file)
        else {
          await mkdir(dirname(file), { recursive: true })
          await writeFile(file, content)
        }
      }
      await git('add', '--all')
      await git('commit', '--quiet', '--allow-empty', '--author', author, '--message', title)
      return git('rev-parse', 'HEAD')
    },
    async merge(branch) {
      await git('merge', '--quiet', '--no-ff', '--message', `Merge ${branch}`, branch)
      return git('rev-parse', 'HEAD')
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
