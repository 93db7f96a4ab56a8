import { ConditionError, parseCondition } from '../gates/conditions/condition.ts'
import { type Adaptivity, planSamples } from '../gates/conditions/plan.ts'
import { type Command, UsageError } from './command.ts'

const adaptivities: readonly Adaptivity[] = ['none', 'full', 'first-change']

export const evaluatePlan: Command = {
  name: 'evaluate plan',
  summary: 'Say how many labelled rows a condition needs for verdicts of a stated reliability.',
  options: {
    condition: {
      type: 'string',
      value: 'C',
      required: true,
      summary: 'over n, o (mean score of the new and old release) and d (share answered differently)',
    },
    reliability: {
      type: 'string',
      value: 'R',
      default: '0.95',
      summary: 'probability that all verdicts are right',
    },
    steps: { type: 'string', value: 'H', default: '32', summary: 'verdicts the test set must be good for' },
    adaptivity: {
      type: 'string',
      value: 'A',
      default: 'none',
      summary: 'what authors learn from a verdict: none, full or first-change',
    },
  },
  help: [
    "keelway evaluate plan --condition 'n - o > 0.02 +/- 0.05 /\\ d < 0.2 +/- 0.05' --reliability .99 --steps 32",
    'With --json: labels (rows with a label), samples (rows without one, for d), formula.',
  ].join('\n'),
  async run(invocation) {
    const reliability = invocation.number('reliability') ?? Number.NaN
    if (!(reliability > 0 && reliability < 1))
      throw new UsageError(`--reliability must lie between 0 and 1, not ${reliability}`)
    const steps = invocation.number('steps') ?? Number.NaN
    if (!Number.isInteger(steps) || steps < 1 || steps > 100_000)
      throw new UsageError(`--steps must be a whole number from 1 to 100000, not ${steps}`)
    const asked = invocation.required('adaptivity')
    const adaptivity = adaptivities.find(known => known === asked)
    if (adaptivity === undefined)
      throw new UsageError(`--adaptivity must be one of ${adaptivities.join(', ')}, not "${asked}"`)
    const plan = planSamples(read(invocation.required('condition')), { reliability, steps, adaptivity })
    const { labels, samples, formula, lines } = plan
    invocation.out(invocation.json ? JSON.stringify({ labels, samples, formula }) : lines.join('\n'))
    return 0
  },
}

function read(text: string) {
  try {
    return parseCondition(text)
  } catch (error) {
    if (error instanceof ConditionError)
      throw new UsageError(`--condition "${text}": ${error.message}`, { cause: error })
    throw error
  }
}
