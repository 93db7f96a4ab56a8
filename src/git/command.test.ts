import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../lib/clock.ts'
import { createGit } from './command.ts'
import { GitError } from './git.ts'
import { fakeRepository } from './repository.fake.ts'

const never = new AbortController().signal
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keelway-git-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const started = (limits = {}) => createGit({ directory, clock: systemClock, limits })

describe('fetch', () => {
  test('brings the newest commit of a branch with its author, title and message', async () => {
    using repository = fakeRepository()
    await using git = started()
    const revision = repository.commit({ a: '1' }, 'First\n\nwith a body', 'Zoë <zoe@example.com>')
    const remote = { url: repository.path, ref: 'main' }
    expect(await git.fetch(remote, never)).toMatchObject({
      revision,
      author: 'Zoë <zoe@example.com>',
      title: 'First',
      message: 'First\n\nwith a body',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    })
    const second = repository.commit({ a: '2' }, 'Second')
    expect((await git.fetch(remote, never)).revision).toBe(second)
    expect(text(await git.read(remote, second, 'a', 10, never))).toBe('2')
  })

  test('follows tags, full refs, commits and file URLs, and takes the branch where a tag has its name', async () => {
    using repository = fakeRepository()
    await using git = started()
    const first = repository.commit({ a: '1' })
    repository.git('tag', '-a', '-m', 'one', 'v1')
    repository.git('tag', 'main')
    const second = repository.commit({ a: '2' })
    const url = `file://${repository.path}`
    const at = async (ref: string) => (await git.fetch({ url, ref }, never)).revision
    expect(await at('v1')).toBe(first)
    expect(await at('refs/tags/main')).toBe(first)
    expect(await at('main')).toBe(second)
    expect(await at('HEAD')).toBe(second)
    expect(await at(first)).toBe(first)
  })

  test('says which ref or folder is missing', async () => {
    using repository = fakeRepository()
    repository.commit({ a: '1' })
    await using git = started()
    await expect(git.fetch({ url: repository.path, ref: 'gone' }, never)).rejects.toThrow(
      /cannot fetch gone of .*: there is no such branch or tag/,
    )
    await expect(git.fetch({ url: '/nowhere/at/all', ref: 'main' }, never)).rejects.toThrow(
      /there is no such folder/,
    )
    await expect(git.fetch({ url: directory, ref: 'main' }, never)).rejects.toThrow(
      /check the repository URL/,
    )
  })

  test('two fetches at once lead to one result', async () => {
    using repository = fakeRepository()
    await using git = started()
    const revision = repository.commit({ a: '1' })
    const remote = { url: repository.path, ref: 'main' }
    const commits = await Promise.all([git.fetch(remote, never), git.fetch(remote, never)])
    expect(commits.map(commit => commit.revision)).toEqual([revision, revision])
  })

  test('reads an older commit that a shallow fetch left out', async () => {
    using repository = fakeRepository()
    await using git = started()
    const old = repository.commit({ a: 'old' })
    repository.commit({ a: 'middle' })
    repository.commit({ a: 'new' })
    const remote = { url: repository.path, ref: 'main' }
    await git.fetch(remote, never)
    expect(text(await git.read(remote, old, 'a', 10, never))).toBe('old')
    expect((await git.commit(remote, old, never)).revision).toBe(old)
    await expect(git.commit(remote, '1'.repeat(40), never)).rejects.toThrow(GitError)
  })

  test('a fetch that is aborted leaves a cache that works', async () => {
    using repository = fakeRepository()
    await using git = started()
    repository.commit({ a: '1' })
    const remote = { url: repository.path, ref: 'main' }
    await git.fetch(remote, never)
    const noise = Buffer.alloc(3_000_000).map((_, i) => (i * 2654435761) >>> (i % 24))
    const revision = repository.commit({ noise })
    for (const delay of [0, 5, 15, 30]) {
      const abort = new AbortController()
      const fetching = git.fetch(remote, abort.signal).catch(error => error)
      await systemClock.sleep(delay)
      abort.abort(new Error('enough'))
      await fetching
    }
    expect((await git.fetch(remote, never)).revision).toBe(revision)
    expect((await git.read(remote, revision, 'noise', 4_000_000, never)).length).toBe(3_000_000)
  })

  test('a damaged cache and one with locks of a killed process are mended', async () => {
    using repository = fakeRepository()
    repository.commit({ a: '1' })
    const remote = { url: repository.path, ref: 'main' }
    {
      await using git = started()
      await git.fetch(remote, never)
    }
    const [cache = ''] = readdirSync(join(directory, 'repositories'))
    const folder = join(directory, 'repositories', cache)
    writeFileSync(join(folder, 'shallow.lock'), '')
    const second = repository.commit({ a: '2' })
    {
      await using git = started()
      expect((await git.fetch(remote, never)).revision).toBe(second)
    }
    writeFileSync(join(folder, 'config'), '[[[')
    const third = repository.commit({ a: '3' })
    await using git = started()
    expect((await git.fetch(remote, never)).revision).toBe(third)
  })

  test('a repository above the size limit is refused', async () => {
    using repository = fakeRepository()
    await using git = started({ repositoryBytes: 100_000 })
    const noise = Buffer.alloc(400_000).map((_, i) => (i * 2654435761) >>> (i % 24))
    repository.commit({ noise })
    await expect(git.fetch({ url: repository.path, ref: 'main' }, never)).rejects.toThrow(/takes more than/)
  })
})

describe('files and read', () => {
  test('list regular files under a folder and read their bytes', async () => {
    using repository = fakeRepository()
    await using git = started()
    const revision = repository.commit({
      'deploy/a.yaml': 'a',
      'deploy/sub/b.yaml': 'bb',
      'deployed/c': 'c',
      d: '',
    })
    const remote = { url: repository.path, ref: 'main' }
    expect(await git.files(remote, revision, 'deploy/', never)).toEqual([
      { path: 'deploy/a.yaml', bytes: 1 },
      { path: 'deploy/sub/b.yaml', bytes: 2 },
    ])
    expect((await git.files(remote, revision, '.', never)).length).toBe(4)
    expect(await git.files(remote, revision, 'nothing', never)).toEqual([])
    expect(text(await git.read(remote, revision, './deploy/sub/../sub/b.yaml', 10, never))).toBe('bb')
    expect((await git.read(remote, revision, 'd', 10, never)).length).toBe(0)
  })

  test('leave out symlinks, also those in the middle of a path, and submodules', async () => {
    using repository = fakeRepository()
    await using git = started()
    repository.commit({ 'real/a': 'a' })
    repository.git('config', 'core.symlinks', 'true')
    writeFileSync(join(repository.path, '.target'), '/etc')
    const target = repository.git('hash-object', '-w', '.target')
    repository.git('update-index', '--add', '--cacheinfo', `120000,${target},out`)
    repository.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},sub`)
    repository.git('commit', '--quiet', '-m', 'links')
    const revision = repository.git('rev-parse', 'HEAD')
    const remote = { url: repository.path, ref: 'main' }
    expect((await git.files(remote, revision, '', never)).map(file => file.path)).toEqual(['real/a'])
    await expect(git.read(remote, revision, 'out', 100, never)).rejects.toThrow(/not followed/)
    await expect(git.read(remote, revision, 'out/passwd', 100_000, never)).rejects.toThrow(/there is no file/)
    await expect(git.read(remote, revision, 'sub', 100, never)).rejects.toThrow(/not followed/)
  })

  test('refuse paths that lead out, and files above the limit', async () => {
    using repository = fakeRepository()
    await using git = started()
    const revision = repository.commit({ a: '12345' })
    const remote = { url: repository.path, ref: 'main' }
    for (const path of ['../a', '/etc/passwd', 'a/../../b', 'a\0b', '..'])
      await expect(async () => git.read(remote, revision, path, 10, never), path).rejects.toThrow(
        /not a path inside/,
      )
    await expect(git.read(remote, revision, 'a', 4, never)).rejects.toThrow(/has 5 bytes; at most 4/)
    await expect(git.read(remote, revision, '--help', 4, never)).rejects.toThrow(/there is no file/)
  })

  test('handle strange names', async () => {
    using repository = fakeRepository()
    await using git = started()
    const names = ['-rf', 'a b', 'ü.yaml', '*', '[x]', ':(glob)x', 'tab\tname', 'back\\slash', 'new\nline']
    const revision = repository.commit(Object.fromEntries(names.map(name => [`d/${name}`, name])))
    const remote = { url: repository.path, ref: 'main' }
    const files = await git.files(remote, revision, 'd', never)
    const seen = ['-rf', 'a b', 'ü.yaml', '*', '[x]', ':(glob)x'].map(name => `d/${name}`)
    expect(new Set(files.map(file => file.path))).toEqual(new Set(seen))
    for (const name of seen)
      expect(text(await git.read(remote, revision, name, 99, never))).toBe(name.slice(2))
  })

  test('read many files through one process, also at once', async () => {
    using repository = fakeRepository()
    await using git = started()
    const names = Array.from({ length: 300 }, (_, i) => `f${i}`)
    const revision = repository.commit(Object.fromEntries(names.map(name => [name, name.repeat(100)])))
    const remote = { url: repository.path, ref: 'main' }
    const contents = await Promise.all(names.map(name => git.read(remote, revision, name, 1000, never)))
    expect(contents.map(text)).toEqual(names.map(name => name.repeat(100)))
  })

  test('a folder with too many files is refused', async () => {
    using repository = fakeRepository()
    await using git = started({ files: 2 })
    const revision = repository.commit({ a: '', b: '', c: '' })
    await expect(git.files({ url: repository.path, ref: 'main' }, revision, '', never)).rejects.toThrow(
      /more than 2 files/,
    )
  })
})

describe('restore', () => {
  const change = {
    branch: 'keelway/revert/a-1',
    paths: ['a.yaml', 'new.yaml', 'gone.yaml'],
    message: 'revert a: worse\n\nEvidence: 1 of 2',
    author: 'Keelway <keelway@localhost>',
  }

  test('pushes one commit in which only the named files changed', async () => {
    using repository = fakeRepository()
    await using git = started()
    const from = repository.commit({ 'a.yaml': 'good', 'gone.yaml': 'was', 'b.yaml': '1' })
    repository.commit({ 'a.yaml': 'bad', 'new.yaml': 'new', 'gone.yaml': null })
    const base = repository.commit({ 'b.yaml': '2' })
    const remote = { url: repository.path, ref: 'main' }
    const revision = await git.restore(remote, { ...change, base, from }, never)
    expect(repository.git('rev-parse', change.branch)).toBe(revision)
    expect(repository.git('rev-parse', `${revision}^`)).toBe(base)
    expect(repository.git('diff', '--name-status', base, revision)).toBe(
      'M\ta.yaml\nA\tgone.yaml\nD\tnew.yaml',
    )
    expect(repository.git('show', `${revision}:a.yaml`)).toBe('good')
    expect(repository.git('log', '-1', '--format=%an <%ae>|%B', revision)).toBe(
      'Keelway <keelway@localhost>|revert a: worse\n\nEvidence: 1 of 2',
    )
    expect(repository.git('status', '--porcelain')).toBe('')
  })

  test('is a no-op the second time, also when the base has moved on', async () => {
    using repository = fakeRepository()
    const from = repository.commit({ 'a.yaml': 'good' })
    const base = repository.commit({ 'a.yaml': 'bad' })
    const remote = { url: repository.path, ref: 'main' }
    await using git = started()
    const revision = await git.restore(remote, { ...change, base, from }, never)
    expect(await git.restore(remote, { ...change, base, from }, never)).toBe(revision)
    const later = repository.commit({ other: '1' })
    await using fresh = createGit({ directory: join(directory, 'fresh'), clock: systemClock })
    expect(await fresh.restore(remote, { ...change, base: later, from }, never)).toBe(revision)
  })

  test('returns the base when it already has that content', async () => {
    using repository = fakeRepository()
    await using git = started()
    const from = repository.commit({ 'a.yaml': 'good' })
    const base = repository.commit({ other: '1' })
    const remote = { url: repository.path, ref: 'main' }
    expect(await git.restore(remote, { ...change, base, from }, never)).toBe(base)
    expect(repository.git('branch', '--list', 'keelway/*')).toBe('')
  })

  test("leaves a person's branch of the same name alone", async () => {
    using repository = fakeRepository()
    await using git = started()
    const from = repository.commit({ 'a.yaml': 'good' })
    const base = repository.commit({ 'a.yaml': 'bad' })
    repository.git('branch', change.branch)
    const remote = { url: repository.path, ref: 'main' }
    await expect(git.restore(remote, { ...change, base, from }, never)).rejects.toThrow(
      /is there with other content/,
    )
    expect(repository.git('rev-parse', change.branch)).toBe(base)
  })

  test('runs no hook of the repository', async () => {
    using repository = fakeRepository()
    await using git = started()
    const from = repository.commit({ 'a.yaml': 'good' })
    const base = repository.commit({ 'a.yaml': 'bad' })
    const mark = join(repository.path, '.git', 'hook-ran')
    for (const hook of ['pre-receive', 'update', 'post-receive', 'post-update', 'reference-transaction'])
      writeFileSync(join(repository.path, '.git', 'hooks', hook), `#!/bin/sh\necho ${hook} >> '${mark}'\n`, {
        mode: 0o755,
      })
    const remote = { url: repository.path, ref: 'main' }
    await git.restore(remote, { ...change, base, from }, never)
    expect(() => readFileSync(mark)).toThrow('ENOENT')
  })
})
