import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { memoryTelemetry } from '../memory.ts'
import { memorySignals } from '../signals/memory-signals.ts'
import { call, feedback } from '../telemetry.contract.ts'
import { loadBundle } from './load.ts'
import { writeBundle } from './write.ts'

async function place(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-calls-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'bundle')
}

test('calls of every route in the window are written without what they say', async () => {
  const telemetry = memoryTelemetry()
  const guard = { guardrail: 'in', rule: 'injection', zone: 'user', action: 'block' as const }
  await telemetry.append(
    [
      call('a', { at: 1000, input: 'my secret', context: 'their secret', output: 'our secret' }),
      call('b', {
        at: 2000,
        route: 'desk',
        error: 'guardrail',
        costUsd: 0.01,
        guards: [{ ...guard, verdict: 'deny', reason: 'told by bob@example.com' }],
      }),
      call('late', { at: 9000 }),
    ],
    [feedback('a', { label: 'bob@example.com', scores: { correct: 1 } })],
  )
  const folder = await place()
  const redact = (text: string) => text.replaceAll('bob@example.com', '[EMAIL]')
  const sources = { signals: memorySignals(), calls: telemetry, redact }
  await writeBundle({ from: 0, to: 5000, stepMs: 1000 }, sources, folder)
  const bundle = await loadBundle(folder, { now: 10_000 })
  const calls = await bundle.calls()
  expect(calls.map(({ id, route, recorded }) => [id, route, recorded])).toEqual([
    ['a', 'triage', true],
    ['b', 'desk', true],
  ])
  expect(calls[0]?.feedback).toEqual([{ call: 'a', at: 1100, label: '[EMAIL]', scores: { correct: 1 } }])
  expect(calls[1]).toMatchObject({ costUsd: 0.01, guards: [{ ...guard, reason: 'told by [EMAIL]' }] })
  expect(JSON.stringify(calls)).not.toContain('secret')
})

test.each([
  ['{"id":"a"}', 'calls/1.jsonl:1: namespace: '],
  ['\n{"id"', 'calls/1.jsonl:2:1: is not JSON'],
  [JSON.stringify({ ...call('a'), recorded: true, feedback: [], status: 'x' }), 'calls/1.jsonl:1: status: '],
])('a line such as %s is refused, naming the place', async (text, message) => {
  const folder = await place()
  await writeBundle({ from: 0, to: 5000 }, { signals: memorySignals(), redact: text => text }, folder)
  await mkdir(join(folder, 'calls'))
  await writeFile(join(folder, 'calls/1.jsonl'), text)
  const bundle = await loadBundle(folder, { now: 0 })
  await expect(bundle.calls()).rejects.toThrow(message)
})
