import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../lib/clock.ts'
import { createGit } from './command.ts'
import { fakeRepository } from './repository.fake.ts'

const { signal } = new AbortController()

test('the history of a file is whole even where the cache was shallow', async () => {
  using repository = fakeRepository()
  const directory = mkdtempSync(join(tmpdir(), 'keelway-history-'))
  await using git = createGit({ directory, clock: systemClock })
  const first = repository.commit({ 'a.yaml': '1', 'b.yaml': '1' }, 'First', 'Ada <ada@example.com>')
  const second = repository.commit({ 'b.yaml': '2' }, 'Only b', 'Bo <bo@example.com>')
  const third = repository.commit({ 'a.yaml': '2' }, 'Only a\n\nBecause.')
  const remote = { url: repository.path, ref: 'main' }
  await git.fetch(remote, signal)
  const revisions = async (path: string, limit = 50) =>
    (await git.history(remote, third, path, limit, signal)).map(({ revision }) => revision)
  expect(await revisions('a.yaml')).toEqual([third, first])
  expect(await revisions('b.yaml')).toEqual([second, first])
  expect(await revisions('.')).toEqual([third, second, first])
  expect(await revisions('.', 1)).toEqual([third])
  expect(await revisions('none.yaml')).toEqual([])
  const [commit] = await git.history(remote, second, 'b.yaml', 1, signal)
  expect(commit).toMatchObject({ author: 'Bo <bo@example.com>', title: 'Only b', parents: [first] })
  const fourth = repository.commit({ 'a.yaml': '3' }, 'After the history was read')
  await git.fetch(remote, signal)
  expect((await git.history(remote, fourth, 'a.yaml', 2, signal)).map(({ title }) => title)).toEqual([
    'After the history was read',
    'Only a',
  ])
  rmSync(directory, { recursive: true, force: true })
})

test('a path is no pattern', async () => {
  using repository = fakeRepository()
  const directory = mkdtempSync(join(tmpdir(), 'keelway-history-'))
  await using git = createGit({ directory, clock: systemClock })
  const head = repository.commit({ 'a.yaml': '1' })
  const remote = { url: repository.path, ref: 'main' }
  expect(await git.history(remote, head, '*.yaml', 5, signal)).toEqual([])
  expect(() => git.history(remote, '--all', 'a.yaml', 5, signal)).toThrow('full SHA')
  rmSync(directory, { recursive: true, force: true })
})
