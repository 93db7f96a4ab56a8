import { expect, test } from 'vitest'
import { parseInvocation } from './command.ts'
import { rolloutSimulate } from './rollout-simulate.ts'

async function run(...args: string[]): Promise<string> {
  const said: string[] = []
  const io = {
    out: (text: string) => void said.push(text),
    err: () => undefined,
    signal: new AbortController().signal,
  }
  expect(await rolloutSimulate.run(parseInvocation(rolloutSimulate, args, io))).toBe(0)
  return said.join('\n')
}

test('rollout simulate prints shares that sum to 1 and the mean units per arm', async () => {
  const args = ['--regress', '.03', '--improve', '.03', '--units', '600', '--runs', '300', '--json']
  const { promote, rollback, hold, samples } = JSON.parse(await run(...args))
  expect(promote + rollback + hold).toBeCloseTo(1, 12)
  expect(promote).toBeGreaterThan(0.9)
  expect(samples).toBeGreaterThan(200)
  expect(samples).toBeLessThan(320)
  expect(await run(...args)).toBe(await run(...args))
})

test('rollout simulate holds when coverage differs between the arms', async () => {
  const args = [
    '--baseline',
    '.9',
    '--candidate',
    '.9',
    '--coverage-baseline',
    '.9',
    '--coverage-candidate',
    '.5',
  ]
  const { hold, promote } = JSON.parse(await run(...args, '--runs', '100', '--json'))
  expect(hold).toBe(1)
  expect(promote).toBe(0)
})

test('rollout simulate has a table for people', async () => {
  const text = await run('--baseline', '.9', '--candidate', '.7', '--runs', '60', '--alpha', '.1')
  expect(text).toMatch(/^promote +\d+\.\d % {2}\+\/- \d/)
  expect(text).toMatch(/60 runs, seed 1, alpha 0\.1, looked at after every unit$/)
})

test('rollout simulate refuses what it can not simulate by the name of the option', async () => {
  await expect(run()).rejects.toThrow('give either --baseline and --candidate, or --regress and --improve')
  await expect(run('--baseline', '.9')).rejects.toThrow('--candidate is required')
  await expect(run('--baseline', '.9', '--improve', '.1')).rejects.toThrow('give either')
  await expect(run('--regress', '.6', '--improve', '.6')).rejects.toThrow('together at most 1')
  await expect(run('--baseline', '2', '--candidate', '.5')).rejects.toThrow(
    '--baseline must lie between 0 and 1',
  )
  await expect(run('--baseline', '.9', '--candidate', '.9', '--runs', '1.5')).rejects.toThrow(
    '--runs must be a whole',
  )
})
