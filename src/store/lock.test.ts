import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { lockDirectory } from './lock.ts'
import { startOf } from './process-identity.ts'

const root = mkdtempSync(join(tmpdir(), 'keelway-lock-'))
afterAll(() => rmSync(root, { recursive: true }))
let directories = 0
const freshDirectory = () => join(root, `state-${directories++}`)

/** A process that tries to lock, prints `locked` or the refusal, and then stays. */
function starter(directory: string) {
  const script = `
    import { lockDirectory } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))}
    process.stdin.once('data', () => {
      try {
        lockDirectory(${JSON.stringify(directory)})
        console.log('locked')
      } catch (error) {
        console.log(error.message)
      }
    })
    console.log('ready')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said = async () => String((await once(child.stdout, 'data'))[0]).trim()
  const end = async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  return { pid: child.pid, said, end, start: () => child.stdin.write('go\n') }
}

test('a second holder is refused by an error that names the directory and the pid', () => {
  const directory = freshDirectory()
  using _lock = lockDirectory(directory)
  expect(() => lockDirectory(directory)).toThrow(
    `${directory} is in use by process ${process.pid}; stop that process or choose another directory`,
  )
  expect(statSync(directory).mode & 0o777).toBe(0o700)
})

test('a lock that was let go can be taken again', () => {
  const directory = freshDirectory()
  lockDirectory(directory)[Symbol.dispose]()
  using lock = lockDirectory(directory)
  expect(lock).toBeDefined()
})

test('the lock of a killed process is taken over', async () => {
  const directory = freshDirectory()
  const other = starter(directory)
  await other.said()
  other.start()
  expect(await other.said()).toBe('locked')
  expect(() => lockDirectory(directory)).toThrow(`in use by process ${other.pid}`)
  await other.end()
  using lock = lockDirectory(directory)
  expect(lock).toBeDefined()
})

test('a running process that merely has the pid of a dead holder does not hold the lock', () => {
  const directory = freshDirectory()
  lockDirectory(directory)
  const db = new DatabaseSync(join(directory, 'lock.sqlite'))
  db.exec(`UPDATE holder SET start = 'another boot 1'`)
  db.close()
  using lock = lockDirectory(directory)
  expect(lock).toBeDefined()
})

test('letting go does not end the lock of a later holder', () => {
  const directory = freshDirectory()
  const first = lockDirectory(directory)
  const db = new DatabaseSync(join(directory, 'lock.sqlite'))
  db.prepare('UPDATE holder SET pid = ?, start = ?').run(process.ppid, startOf(process.ppid) ?? '')
  db.close()
  first[Symbol.dispose]()
  expect(() => lockDirectory(directory)).toThrow(`in use by process ${process.ppid}`)
})

test('of simultaneous starters exactly one gets the lock', async () => {
  const directory = freshDirectory()
  const starters = Array.from({ length: 6 }, () => starter(directory))
  await Promise.all(starters.map(({ said }) => said()))
  const answers = Promise.all(starters.map(({ said }) => said()))
  for (const { start } of starters) start()
  const said = await answers
  await Promise.all(starters.map(({ end }) => end()))
  const winner = starters[said.indexOf('locked')]
  expect(said.filter(answer => answer === 'locked')).toHaveLength(1)
  expect(said.filter(answer => answer.includes(`in use by process ${winner?.pid}`))).toHaveLength(5)
})

test('a directory that can not be used is refused by an error that names it and says what to do', () => {
  const file = join(freshDirectory(), 'state')
  mkdirSync(join(file, '..'))
  writeFileSync(file, 'not a directory')
  const advice = 'name another directory, or one that this user may write to'
  for (const directory of [file, join(file, 'below'), join(freshDirectory(), 'x'.repeat(300))])
    expect(() => lockDirectory(directory)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(new RegExp(`^cannot use ${directory} .*${advice}$`)),
      }),
    )
})
