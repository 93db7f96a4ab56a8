import { expect, test } from 'vitest'
import { parseInvocation } from './command.ts'
import { evaluatePlan } from './evaluate-plan.ts'

async function run(...args: string[]): Promise<string> {
  const said: string[] = []
  const io = {
    out: (text: string) => void said.push(text),
    err: () => undefined,
    signal: new AbortController().signal,
  }
  expect(await evaluatePlan.run(parseInvocation(evaluatePlan, args, io))).toBe(0)
  return said.join('\n')
}

test('evaluate plan prints labels and samples', async () => {
  const args = ['--condition', 'n - o > 0.1 +/- 0.1', '--reliability', '.99', '--adaptivity', 'full']
  expect(JSON.parse(await run(...args, '--json'))).toMatchObject({ labels: 5496, samples: 0 })
  expect(await run(...args)).toContain('5,496 labels and 0 rows without label support 32 verdicts')
})

test('evaluate plan refuses what it can not plan by the name of the option', async () => {
  await expect(run('--condition', 'n > 1')).rejects.toThrow('--condition "n > 1": expected a tolerance')
  await expect(run()).rejects.toThrow('--condition is required')
  const condition = ['--condition', 'n > .8 +/- .1']
  await expect(run(...condition, '--reliability', '1')).rejects.toThrow('--reliability must lie')
  await expect(run(...condition, '--steps', '0')).rejects.toThrow('--steps must be a whole number')
  await expect(run(...condition, '--adaptivity', 'some')).rejects.toThrow(
    'must be one of none, full, first-change',
  )
})
