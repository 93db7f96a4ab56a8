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
  commit(title: string, files: Record<string, string | undefined>): Promise<string>
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
    async commit(title, files) {
      for (const [name, content] of Object.entries(files)) {
        const file = join(path, name)
        if (content === undefined) await rm(file)
        else {
          await mkdir(dirname(file), { recursive: true })
          await writeFile(file, content)
        }
      }
      await git('add', '--all')
      await git('commit', '--quiet', '--message', title)
      return git('rev-parse', 'HEAD')
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
