import { seededRandom } from '../../lib/random.ts'
import type { ChangeRecord } from '../../telemetry/signals/signal.ts'
import type { ReviewedCall } from '../../telemetry/telemetry.ts'
import { emptyCase } from '../channel.contract.ts'
import type { Case } from '../channel.ts'

export const t0 = Date.parse('2026-03-02T10:00:00Z')
export const minute = 60_000
/** When what happens in these cases happens. */
export const turn = t0 + 30 * minute

export const sha = (letter: string): string => letter.repeat(40)

type Changing = (call: ReviewedCall, index: number, chance: () => number) => Partial<ReviewedCall>

/**
 * An hour of calls of one route, one every ten seconds, with scores of a scorer and of people around .9.
 * @param after what is other from `turn` on
 */
export function madeCalls(
  given: Partial<ReviewedCall> = {},
  after: Changing = () => ({}),
  seed = 1,
): ReviewedCall[] {
  const random = seededRandom(seed)
  return Array.from({ length: 360 }, (_, i) => {
    const at = t0 + i * 10_000
    const id = `${given.route ?? 'desk'}-${i}`
    const inputTokens = 200 + Math.floor(random() * 60)
    const outputTokens = 80 + Math.floor(random() * 30)
    const call: ReviewedCall = {
      id,
      at,
      namespace: 'support',
      route: 'desk',
      release: 'desk-1',
      digest: 'sha256:1',
      arm: 'stable',
      phase: '',
      unit: `u${i}`,
      accessKey: ['web', 'app', 'mail'][i % 3] ?? 'web',
      status: 200,
      latencyMs: 400 + random() * 150,
      streamed: false,
      provider: 'openai',
      model: 'gpt-x',
      usageSource: 'provider',
      inputTokens,
      outputTokens,
      costUsd: (inputTokens + outputTokens) * 1e-6,
      inputDigest: `hmac:${i}`,
      recorded: true,
      guards: [{ guardrail: 'in', rule: 'injection', zone: 'user', verdict: 'allow', action: 'none' }],
      feedback: [
        said(id, 'scorer', random() < 0.9 ? 1 : 0),
        said(id, 'person', random() < 0.9 ? 1 : 0, 'ada'),
      ],
      ...given,
    }
    return at < turn ? call : { ...call, ...after(call, i, random) }
  })
}

export const said = (
  call: string,
  source: 'scorer' | 'person',
  correct: number,
  by?: string,
): ReviewedCall['feedback'][number] => ({
  call,
  at: t0,
  source,
  scores: { correct },
  ...(by !== undefined && { by }),
})

/** What both say when a call is right as often as this. */
export const scored = (id: string, chance: () => number, right: number): ReviewedCall['feedback'] => [
  said(id, 'scorer', chance() < right ? 1 : 0),
  said(id, 'person', chance() < right ? 1 : 0, 'ada'),
]

/** A commit as Git history tells it. */
export const commit = (
  letter: string,
  area: ChangeRecord['change'],
  at: number,
  path = 'desk/prompt.yaml',
  object = 'Prompt/refund',
): ChangeRecord => ({
  kind: 'change',
  resource: { service: 'desk', namespace: 'support' },
  at,
  change: area,
  id: sha(letter),
  author: 'Kim <kim@example.com>',
  message: `commit ${letter}`,
  reference: 'Delivery/support/desk',
  files: [{ path, diff: '-a\n+b' }],
  attributes: { 'git.commit': sha(letter), 'git.objects': object },
})

/** A release as it got traffic. */
export const released = (
  name: string,
  letter: string,
  at: number,
  paths: string[] = ['desk/prompt.yaml', 'desk/route.yaml'],
): ChangeRecord => ({
  kind: 'change',
  resource: { service: 'desk', namespace: 'support', workload: 'ModelRoute/desk', version: name },
  at,
  change: 'prompt',
  id: `sha256:${name}/1/Live`,
  message: `release ${name} of route desk is live`,
  reference: `RouteRelease/support/${name}`,
  files: paths.map(path => ({ path })),
  attributes: { 'git.commit': sha(letter), 'release.phase': 'Live' },
})

export const caseWith = (
  calls: ReviewedCall[],
  changes: ChangeRecord[] = [],
  more: Partial<Case> = {},
): Case => ({
  ...emptyCase(),
  calls: calls.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)),
  changes: changes.toSorted((a, b) => a.at - b.at),
  ...more,
})
