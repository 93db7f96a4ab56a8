import { expect, test } from 'vitest'
import { type Git, GitMoved, type Remote } from './git.ts'

const signal = new AbortController().signal
const about = { message: 'Change it\n\nWhy.\n', author: 'K <k@localhost>', at: '2026-01-01T00:00:00Z' }

export interface ChangeScene extends AsyncDisposable {
  git: Git
  remote: Remote
  /** A person's commit on main. */
  commit(files: Record<string, string | null>): string
  /** A person merges a branch into main. */
  merge(branch: string): string
}

/** What writing to a repository does, whatever holds it. */
export function changeContract(start: () => Promise<ChangeScene>): void {
  test('equal changes make equal commits, others make others, and none makes the base', async () => {
    await using scene = await start()
    const { git, remote } = scene
    const old = scene.commit({ a: 'one', gone: 'x' })
    const base = scene.commit({ a: 'two' })
    const files = { a: { from: old }, gone: null, 'new/b': 'ü', c: { from: old } }
    const made = await git.make(remote, { base, files, ...about }, signal)
    expect(await git.make(remote, { base, files, ...about }, signal)).toBe(made)
    expect(await git.make(remote, { base, files, ...about, at: '2026-01-02T00:00:00Z' }, signal)).not.toBe(
      made,
    )
    expect(await git.make(remote, { base: old, files, ...about }, signal)).not.toBe(made)
    expect(await git.make(remote, { base, files: { a: 'two', none: null }, ...about }, signal)).toBe(base)
    await git.move(remote, { branch: 'x', from: undefined, to: made }, signal)
    expect((await git.files(remote, made, '', signal)).map(({ path }) => path)).toEqual(['a', 'new/b'])
    expect(Buffer.from(await git.read(remote, made, 'a', 10, signal)).toString()).toBe('one')
    expect(await git.commit(remote, made, signal)).toMatchObject({
      author: about.author,
      title: 'Change it',
      message: 'Change it\n\nWhy.',
    })
  })

  test('a branch moves from where it was thought to be, or not at all', async () => {
    await using scene = await start()
    const { git, remote } = scene
    const base = scene.commit({ a: '1' })
    const one = await git.make(remote, { base, files: { a: '2' }, ...about }, signal)
    const two = await git.make(remote, { base, files: { a: '3' }, ...about }, signal)
    const move = (from: string | undefined, to: string | undefined) =>
      git.move(remote, { branch: 'b', from, to }, signal)
    expect(await git.head(remote, 'b', signal)).toBeUndefined()
    await move(undefined, one)
    await move(undefined, one)
    await expect(move(undefined, two)).rejects.toThrow(GitMoved)
    await expect(move(base, two)).rejects.toThrow(GitMoved)
    expect(await git.head(remote, 'b', signal)).toBe(one)
    await move(one, two)
    expect(await git.head(remote, 'b', signal)).toBe(two)
    await move(two, undefined)
    await move(two, undefined)
    expect(await git.head(remote, 'b', signal)).toBeUndefined()
  })

  test('what was merged is contained, however it was merged, and what was not is not', async () => {
    await using scene = await start()
    const { git, remote } = scene
    const base = scene.commit({ a: '1' })
    const made = await git.make(remote, { base, files: { a: '2' }, ...about }, signal)
    await git.move(remote, { branch: 'b', from: undefined, to: made }, signal)
    const apart = scene.commit({ b: '1' })
    expect(await git.contains(remote, apart, made, signal)).toBe(false)
    const merged = scene.merge('b')
    const later = scene.commit({ c: '1' })
    for (const revision of [merged, later, made])
      expect(await git.contains(remote, revision, made, signal)).toBe(true)
    expect(await git.contains(remote, made, later, signal)).toBe(false)
    expect(await git.contains(remote, later, '1'.repeat(40), signal)).toBe(false)
    expect(Buffer.from(await git.read(remote, later, 'a', 10, signal)).toString()).toBe('2')
    const forward = await git.make(remote, { base: later, files: { a: '3' }, ...about }, signal)
    await git.move(remote, { branch: 'main', from: later, to: forward }, signal)
    expect((await git.fetch(remote, signal)).revision).toBe(forward)
    expect(await git.contains(remote, forward, made, signal)).toBe(true)
  })
}
