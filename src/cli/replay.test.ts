import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { echo, type GatewayWorld, gatewayWorld, release, route, userKey } from '../gateway/gateway.world.ts'
import { parseInvocation, UsageError } from './command.ts'
import { replayCommand } from './replay.ts'

let world: GatewayWorld
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keelway-replay-'))
  await writeFile(join(folder, 'live.csv'), 'text,kind\nmake money,spam\nhello,ham\nmoney for lunch,ham\n')
  world = await gatewayWorld()
  await world.publish({
    routes: [route()],
    releases: release('mail-triage-1', echo(world.put('spam-words'))),
  })
})
afterAll(async () => {
  await world.stop()
  await rm(folder, { recursive: true })
})

async function run(...more: string[]): Promise<string> {
  const lines: string[] = []
  const data = join(folder, 'live.csv')
  const columns = ['--data', data, '--input', 'text', '--label', 'kind', '--rate', '500']
  const where = ['--url', world.url, '--key', userKey, '--route', 'mail-triage']
  const io = {
    out: (text: string) => void lines.push(text),
    err: () => {},
    signal: new AbortController().signal,
  }
  expect(await replayCommand.run(parseInvocation(replayCommand, [...columns, ...where, ...more], io))).toBe(0)
  return lines.join('\n')
}

test('replay ends with what was sent, how much was right and by which release', async () => {
  const text = await run()
  expect(text).toMatch(
    /^sent +3\nanswered +3\ncorrect +2\naccuracy +66\.7 %\np50 +\d+ ms\np99 +\d+ ms\nrelease +mail-triage-1 /,
  )
})

test('replay --json prints one line of the same', async () => {
  expect(JSON.parse(await run('--json', '--passes', '3', '--limit', '7'))).toMatchObject({
    sent: 7,
    answered: 7,
    byRelease: { 'mail-triage-1': { answered: 7 } },
  })
})

test.each([
  [['--route', 'nope'], 'this key may not use a model "nope"; it may use mail-triage'],
  [['--key', 'wrong'], 'refuses: this access key is unknown'],
  [['--data', '/nowhere.csv'], 'cannot read /nowhere.csv'],
  [['--data', '/nowhere.txt'], 'give --format'],
  [['--input', 'missing'], 'no column "missing"'],
  [['--rate', '0'], '--rate must be more than 0'],
  [['--label-share', '2'], '--label-share must be from 0 to 1'],
  [['--label-delay', 'soon'], '--label-delay'],
  [['--url', 'http://127.0.0.1:1'], 'no gateway answers at http://127.0.0.1:1'],
])('replay %j is bad input with one clear line', async (args, message) => {
  const failed = run(...args)
  await expect(failed).rejects.toThrow(UsageError)
  await expect(failed).rejects.toThrow(message)
})
