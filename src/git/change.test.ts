import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../lib/clock.ts'
import { fakeBranches } from './branches.fake.ts'
import { changeContract } from './change.contract.ts'
import { createGit } from './command.ts'
import { GitError } from './git.ts'
import { fakeRepository } from './repository.fake.ts'

const never = new AbortController().signal
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keelway-change-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))
let caches = 0
const started = () => createGit({ directory: join(directory, `${caches++}`), clock: systemClock })

describe('git over a repository', () => {
  changeContract(async () => {
    const repository = fakeRepository()
    const git = started()
    return {
      git,
      remote: { url: repository.path, ref: 'main' },
      commit: files => repository.commit(files),
      merge(branch) {
        repository.git('merge', '--quiet', '--no-ff', '--no-edit', branch)
        return repository.git('rev-parse', 'HEAD')
      },
      async [Symbol.asyncDispose]() {
        await git[Symbol.asyncDispose]()
        repository[Symbol.dispose]()
      },
    }
  })
})

describe('git in memory', () => {
  changeContract(async () => {
    const git = fakeBranches()
    return {
      git,
      remote: { url: '/nowhere', ref: 'main' },
      commit: files => git.commitFiles(files),
      merge: branch => git.merge(branch),
      async [Symbol.asyncDispose]() {},
    }
  })
})

const about = { message: 'Change it\n\nWhy.', author: 'K <k@localhost>', at: '2026-01-01T00:00:00Z' }

describe('make', () => {
  test('gives the same commit each time, also after the cache was lost, and pushes nothing', async () => {
    using repository = fakeRepository()
    const old = repository.commit({ 'a.yaml': 'one', 'gone.yaml': 'x', 'run.sh': 'v1' })
    chmodSync(join(repository.path, 'run.sh'), 0o755)
    const base = repository.commit({ 'a.yaml': 'two' })
    const remote = { url: repository.path, ref: 'main' }
    const files = { 'a.yaml': { from: old }, 'gone.yaml': null, 'new/b.yaml': 'ü', 'run.sh': 'v2' }
    await using git = started()
    await using fresh = started()
    const made = await git.make(remote, { base, files, ...about }, never)
    expect(await fresh.make(remote, { base, files, ...about }, never)).toBe(made)
    expect(repository.git('branch', '--list')).toBe('* main')
    await git.move(remote, { branch: 'k/x', from: undefined, to: made }, never)
    expect(
      repository
        .git('diff', '--raw', '--abbrev=1', base, made)
        .split('\n')
        .map(line => line.replace(/ \w+ \w+ (?=[AMD])/, ' '))
        .sort(),
    ).toEqual(
      [
        ':000000 100644 A\tnew/b.yaml',
        ':100644 000000 D\tgone.yaml',
        ':100644 100644 M\ta.yaml',
        ':100755 100755 M\trun.sh',
      ].sort(),
    )
    expect(repository.git('show', `${made}:a.yaml`)).toBe('one')
    expect(repository.git('log', '-1', '--format=%an <%ae> %cI|%B', made)).toBe(
      'K <k@localhost> 2026-01-01T00:00:00+00:00|Change it\n\nWhy.',
    )
  })

  test('gives the base when nothing changes, and leaves symlinks and folders alone', async () => {
    using repository = fakeRepository()
    repository.commit({ 'a/b': 'x' })
    repository.git(
      'update-index',
      '--add',
      '--cacheinfo',
      `120000,${repository.git('hash-object', '-w', 'a/b')},link`,
    )
    repository.git('commit', '--quiet', '-m', 'link')
    const base = repository.git('rev-parse', 'HEAD')
    const remote = { url: repository.path, ref: 'main' }
    await using git = started()
    expect(await git.make(remote, { base, files: { 'a/b': 'x' }, ...about }, never)).toBe(base)
    for (const path of ['link', 'a', '../x', '.git/config', 'a/.GIT/x', ''])
      await expect(
        (async () => git.make(remote, { base, files: { [path]: 'y' }, ...about }, never))(),
        path,
      ).rejects.toThrow(GitError)
  })
})

describe('move', () => {
  test('of a branch that is checked out brings its files along, but not over work in progress', async () => {
    using repository = fakeRepository()
    const base = repository.commit({ a: '1', b: '1' })
    const remote = { url: repository.path, ref: 'main' }
    await using git = started()
    const to = await git.make(remote, { base, files: { a: '2' }, ...about }, never)
    await git.move(remote, { branch: 'main', from: base, to }, never)
    expect(readFileSync(join(repository.path, 'a'), 'utf8')).toBe('2')
    expect(repository.git('status', '--porcelain')).toBe('')
    writeFileSync(join(repository.path, 'b'), 'mine')
    const next = await git.make(remote, { base: to, files: { b: '2' }, ...about }, never)
    await expect(git.move(remote, { branch: 'main', from: to, to: next }, never)).rejects.toThrow(
      /branch main was not moved: Working directory has unstaged changes/i,
    )
    expect(readFileSync(join(repository.path, 'b'), 'utf8')).toBe('mine')
  })

  test('a branch that the remote protects stays, and the reason is said', async () => {
    using repository = fakeRepository()
    const base = repository.commit({ a: '1' })
    repository.git('config', 'receive.denyDeletes', 'true')
    const remote = { url: repository.path, ref: 'main' }
    repository.git('branch', 'kept')
    await using git = started()
    await expect(git.move(remote, { branch: 'kept', from: base, to: undefined }, never)).rejects.toThrow(
      /not moved: deletion prohibited/,
    )
  })
})

describe('contains', () => {
  test('tells merged from not merged in shallow caches, whatever dates the commits have', async () => {
    using repository = fakeRepository()
    const base = repository.commit({ a: '1' })
    const remote = { url: repository.path, ref: 'main' }
    for (const at of ['2001-01-01T00:00:00Z', '2091-01-01T00:00:00Z']) {
      await using git = started()
      await git.fetch(remote, never)
      const to = await git.make(remote, { base, files: { [at]: '2' }, ...about, at }, never)
      await git.move(remote, { branch: `b${at.slice(0, 4)}`, from: undefined, to }, never)
      const apart = repository.commit({ b: at })
      expect(await git.contains(remote, apart, to, never)).toBe(false)
      repository.git('merge', '--quiet', '--no-edit', `b${at.slice(0, 4)}`)
      for (let i = 0; i < 5; i++) repository.commit({ c: `${at}${i}` })
      const { revision } = await git.fetch(remote, never)
      expect(await git.contains(remote, revision, to, never)).toBe(true)
      expect(await git.contains(remote, revision, revision, never)).toBe(true)
      expect(await git.contains(remote, to, revision, never)).toBe(false)
      await using fresh = started()
      expect(await fresh.contains(remote, revision, to, never)).toBe(true)
      expect(await fresh.contains(remote, revision, '1'.repeat(40), never)).toBe(false)
    }
  })
})

test('a diff is cut at a line', async () => {
  using repository = fakeRepository()
  const from = repository.commit({ a: '1\n', b: '1\n' })
  const to = repository.commit({ a: '2\n', b: `${'x\n'.repeat(1000)}` })
  const remote = { url: repository.path, ref: 'main' }
  await using git = started()
  expect(await git.diff(remote, from, from, 100, never)).toBe('')
  expect(await git.diff(remote, from, to, 100_000, never)).toContain('-1\n+2\n')
  const cut = await git.diff(remote, from, to, 400, never)
  expect(cut).toMatch(/\n… \d+ bytes more\n$/)
  expect(cut.length).toBeLessThan(450)
})
