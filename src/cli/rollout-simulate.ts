import { setImmediate as otherWork } from 'node:timers/promises'
import { seededRandom } from '../lib/random.ts'
import type { RolloutPlan } from '../rollout/rollout-plan.ts'
import {
  type Feedback,
  type RunOutcome,
  SCORE,
  type SimulationResult,
  simulateRun,
  summarise,
} from '../rollout/simulation.ts'
import { type Command, type Invocation, UsageError } from './command.ts'

export const rolloutSimulate: Command = {
  name: 'rollout simulate',
  summary:
    'Say how often a rollout would promote, roll back or hold, by running its judge on made-up feedback.',
  options: {
    baseline: { type: 'string', value: 'P', summary: 'share of right answers of stable (with --candidate)' },
    candidate: { type: 'string', value: 'Q', summary: 'share of right answers of the candidate' },
    regress: {
      type: 'string',
      value: 'R',
      summary: 'paired: share of inputs only stable answers right (with --improve)',
    },
    improve: {
      type: 'string',
      value: 'I',
      summary: 'paired: share of inputs only the candidate answers right',
    },
    alpha: {
      type: 'string',
      value: 'A',
      default: '0.05',
      summary: 'probability of a false rollback, and of a false promotion',
    },
    margin: { type: 'string', value: 'M', default: '0.05', summary: 'loss that still counts as no worse' },
    units: { type: 'string', value: 'N', default: '2000', summary: 'budget: units per arm' },
    runs: { type: 'string', value: 'K', default: '1000', summary: 'rollouts to simulate' },
    'coverage-baseline': {
      type: 'string',
      value: 'C',
      default: '1',
      summary: 'share of stable units that get a score',
    },
    'coverage-candidate': {
      type: 'string',
      value: 'C',
      default: '1',
      summary: 'share of candidate units that get a score',
    },
    seed: { type: 'string', value: 'S', default: '1', summary: 'seed: equal seeds give equal results' },
  },
  help: [
    'The judge looks after every unit, as it does in a rollout. One step, one quality metric; the same alpha in shadow.',
    'keelway rollout simulate --baseline .90 --candidate .85 --units 3000',
    'keelway rollout simulate --regress .03 --improve .03 --units 600',
  ].join('\n'),
  async run(invocation) {
    const { plan, feedback, runs, seed } = question(invocation)
    const random = seededRandom(seed)
    const outcomes: RunOutcome[] = []
    const progress = process.stderr.isTTY === true
    while (outcomes.length < runs) {
      invocation.signal.throwIfAborted()
      outcomes.push(simulateRun(plan, feedback, random))
      if (outcomes.length % 50 > 0) continue
      if (progress) process.stderr.write(`\r${outcomes.length} of ${runs} runs`)
      await otherWork()
    }
    if (progress) process.stderr.write('\r\u001b[K')
    const result = summarise(outcomes)
    invocation.out(invocation.json ? JSON.stringify(result) : table(result, { plan, runs, seed }))
    return 0
  },
}

function question(invocation: Invocation) {
  const within = (name: string, low: number, high: number): number => {
    const value = invocation.number(name)
    if (value === undefined) throw new UsageError(`--${name} is required`)
    if (value < low || value > high)
      throw new UsageError(`--${name} must lie between ${low} and ${high}, not ${value}`)
    return value
  }
  const whole = (name: string, most: number): number => {
    const value = within(name, 1, most)
    if (!Number.isInteger(value)) throw new UsageError(`--${name} must be a whole number, not ${value}`)
    return value
  }
  const alpha = within('alpha', 1e-9, 0.5)
  const quality = qualityOf(invocation, within)
  const plan: RolloutPlan = {
    metrics: [{ kind: 'quality', name: SCORE, from: `score.${SCORE}`, margin: within('margin', 0, 0.99) }],
    alpha,
    shadowAlpha: alpha,
    steps: [quality.kind === 'paired' ? 'shadow' : 50],
    atMost: { units: whole('units', 10_000_000) },
  }
  const coverage = {
    stable: within('coverage-baseline', 0, 1),
    candidate: within('coverage-candidate', 0, 1),
  }
  return {
    plan,
    feedback: { quality, coverage },
    runs: whole('runs', 1_000_000),
    seed: within('seed', 0, Number.MAX_SAFE_INTEGER),
  }
}

function qualityOf(
  invocation: Invocation,
  within: (name: string, low: number, high: number) => number,
): Feedback['quality'] {
  const given = (name: string) => invocation.text(name) !== undefined
  const unpaired = given('baseline') || given('candidate')
  if (unpaired === (given('regress') || given('improve')))
    throw new UsageError('give either --baseline and --candidate, or --regress and --improve')
  if (unpaired)
    return { kind: 'unpaired', baseline: within('baseline', 0, 1), candidate: within('candidate', 0, 1) }
  const [regress, improve] = [within('regress', 0, 1), within('improve', 0, 1)]
  if (regress + improve > 1)
    throw new UsageError('--regress and --improve are shares of the same inputs: together at most 1')
  return { kind: 'paired', regress, improve }
}

function table(
  { promote, rollback, hold, samples }: SimulationResult,
  { plan, runs, seed }: { plan: RolloutPlan; runs: number; seed: number },
): string {
  const row = (name: string, share: number) => {
    const error = 196 * Math.sqrt((share * (1 - share)) / runs)
    return `${name.padEnd(10)}${(share * 100).toFixed(1).padStart(6)} %  +/- ${error.toFixed(1)}`
  }
  return [
    row('promote', promote),
    row('rollback', rollback),
    row('hold', hold),
    `units per arm until then: ${samples.toFixed(0)} on average, at most ${plan.atMost.units}`,
    `${runs} runs, seed ${seed}, alpha ${plan.alpha}, looked at after every unit`,
  ].join('\n')
}
