import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A real repository in a temporary folder, for tests: files in, commits out. */
export interface FakeRepository extends Disposable {
  path: string
  /** Commits these files (null removes one) on the current branch; returns the SHA. */
  commit(files: Record<string, string | Uint8Array | null>, title?: string, author?: string): string
  git(...args: string[]): string
}

export function fakeRepository(): FakeRepository {
  const path = mkdtempSync(join(tmpdir(), 'keelway-repository-'))
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: path,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        HOME: path,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'ada@example.com',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'ada@example.com',
      },
    }).trim()
  git('init', '--quiet', '--initial-branch=main')
  return {
    path,
    git,
    commit(files, title = 'Change', author = 'Ada <ada@example.com>') {
      for (const [name, content] of Object.entries(files)) {
        const file = join(path, name)
        if (content === null) rmSync(file)
        else {
          mkdirSync(dirname(file), { recursive: true })
          writeFileSync(file, content)
        }
      }
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', `--author=${author}`, '-m', title)
      return git('rev-parse', 'HEAD')
    },
    [Symbol.dispose]() {
      rmSync(path, { recursive: true, force: true })
    },
  }
}
