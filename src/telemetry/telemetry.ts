import type { CallHistory } from './slo/call-history.ts'

/**
 * OBSERVE: what was asked and answered. The gateway reports call records and feedback in batches; rollouts read
 * closed units as evidence; `keelway why` reads single calls.
 * A crash may lose the last second of records; it never loses resources or ledger entries.
 * Implementations pass `telemetry.contract.ts` and `reviews.contract.ts`.
 */

/** Who an answer was for: `stable` and `candidate` were shown to the user, `shadow` and `evaluation` were not. */
export type Arm = 'stable' | 'candidate' | 'shadow' | 'evaluation'

export interface CallRecord {
  /** UUIDv7, the value of the header `x-keelway-call`. */
  id: string
  /** When the request arrived, milliseconds since the epoch. */
  at: number
  namespace: string
  route: string
  /** Name of the RouteRelease that answered. */
  release: string
  /** The release's content digest. */
  digest: string
  arm: Arm
  /** Rollout phase in which the call was answered, such as `c91e…/1/shadow`; empty when no rollout ran. */
  phase: string
  /** Unit of statistics: the keyed hash of the session. */
  unit: string
  /** For a shadow answer: the id of the call whose input it answered. */
  pair?: string
  /** Name of the AccessKey. */
  accessKey: string
  status: number
  /** Class of error such as `provider_timeout`; absent when answered. */
  error?: string
  latencyMs: number
  /** Time to the first streamed byte. */
  firstByteMs?: number
  streamed: boolean
  provider: string
  model: string
  inputTokens?: number
  outputTokens?: number
  usageSource: 'provider' | 'estimated' | 'none'
  /** Tokens in buckets that do not overlap; their sum is the provider's total. */
  usage?: TokenBuckets
  /** Absent when the price is unknown: unknown is never 0. */
  costUsd?: number
  /** Where the price came from, with the date of the catalogue. */
  priceSource?: string
  /** Wire format the client spoke. */
  protocol?: string
  operation?: string
  finish?: string
  /** `hit`: answered from the cache, and `savedUsd` is what the first answer cost. */
  cache?: 'hit' | 'miss'
  savedUsd?: number
  guards?: GuardResult[]
  /** Tries before the one that answered, or all of them when none did. */
  attempts?: Attempt[]
  /** `sampled: false`: the client does not want it traced. */
  trace?: { traceId: string; spanId: string; parentSpanId?: string; sampled?: boolean }
  /** HMAC-SHA-256 of input and answer, so that equal content can be found without storing it. */
  inputDigest?: string
  outputDigest?: string
  /** What the user asked last, and the documents and tool results given; cut at 16 KiB each. */
  input?: string
  context?: string
  /** The answer's text, cut at 16 KiB; absent when the route does not record content. */
  output?: string
  /** Metrics the gateway could compute itself (schema validity, …), by name. */
  scores?: Record<string, number>
}

export interface TokenBuckets {
  input: number
  cacheRead: number
  cacheWrite: number
  cacheWriteLong?: number
  inputAudio: number
  output: number
  reasoning: number
  outputAudio: number
}

/** What one rule of a guardrail said of a call. A rule that could not run says so; it never counts as passed. */
export interface GuardResult {
  guardrail: string
  rule: string
  zone: string
  /** failed: it could not run. */
  verdict: 'allow' | 'deny' | 'failed'
  /** What was done, which in shadow mode is nothing. */
  action: 'none' | 'flag' | 'mask' | 'block'
  score?: number
  reason?: string
}

export interface Attempt {
  provider: string
  model: string
  error: string
  latencyMs: number
}

/**
 * What was said of a call afterwards: scores in [0, 1], or the right answer for the scorers to compare with. Where a
 * scorer and somebody else gave the same score, the scorer's does not count; of equals the last word does.
 */
export interface Feedback {
  call: string
  at: number
  scores?: Record<string, number>
  label?: string
  /** Who said it: a scorer that looked at the live call, or a person asked for a label; absent for a client. */
  source?: 'scorer' | 'person'
  /** Name of that person; `<scorer>@<release>` when a judge gave the score. */
  by?: string
  /** What a scorer's judge cost. */
  costUsd?: number
}

/** One answer inside a unit, joined with its feedback. A shadow answer takes its pair's label. */
export interface Answer {
  call: string
  arm: Arm
  at: number
  error?: string
  latencyMs: number
  costUsd?: number
  output?: string
  scores: Record<string, number>
  label?: string
}

/**
 * All answers of one session in one phase; closed `closeAfterMs` after its first call, then it never changes for records
 * that arrive in time. Gateways report within a fifth of a second: read `until` at least a second ago, so that units
 * are whole when they are read.
 */
export interface Unit {
  unit: string
  /** When it closed. */
  closedAt: number
  answers: Answer[]
}

/** Where a reader of units stopped; units are ordered by (closedAt, unit). */
export interface UnitCursor {
  closedAt: number
  unit: string
}

export interface UnitQuery {
  namespace: string
  route: string
  phase: string
  closeAfterMs: number
  after?: UnitCursor
  /** Only units that closed at or before this time. */
  until: number
  limit: number
}

export interface RouteTraffic {
  /** Calls shown to users in the window, and distinct units among them. */
  calls: number
  units: number
  /** When the first of them was, milliseconds since the epoch; absent without calls. */
  firstAt?: number
  /** Share of calls with any feedback. */
  feedback: number
}

/** A call with what was said of it; content, which is long, is read call by call. */
export type ReviewedCall = Omit<CallRecord, 'input' | 'context' | 'output'> & {
  /** Its answer was recorded. */
  recorded: boolean
  feedback: Feedback[]
}

export interface ArrivalQuery {
  namespace: string
  route: string
  /** The `next` of the last answer; 0 to begin. */
  after: number
  /** Calls that were asked before it are left out, milliseconds since the epoch. */
  since: number
  limit: number
}

/** What judges of one scorer were asked, for its budget. */
export interface JudgeUse {
  verdicts: number
  usd: number
  /** Verdicts whose cost is not known. */
  unknown: number
}

/** What the calls of one key, route, model or release used together. */
export interface UsageRow {
  namespace: string
  /** Name of the key, route or release; of a model with its provider, such as `openai/gpt-5`. */
  group: string
  calls: number
  /** Sums; what has no buckets counts as input and output. */
  tokens: Required<TokenBuckets>
  /** The providers' totals. */
  inputTokens: number
  outputTokens: number
  /** Of the calls whose price is known. */
  costUsd: number
  /** Calls that used tokens whose price is unknown: they are not in costUsd. */
  unpriced: number
  /** Calls whose tokens were estimated. */
  estimated: number
  /** Calls answered from the cache, and what they would have cost. */
  cached: number
  savedUsd: number
  /** Calls whose buckets do not sum to the provider's total. */
  unreconciled: number
}

export interface UsageQuery {
  /** Absent: all. */
  namespace?: string
  by: 'key' | 'route' | 'model' | 'release'
  /** Milliseconds since the epoch; from `since` on, before `until`. */
  since: number
  until: number
}

export interface Telemetry extends CallHistory {
  append(calls: CallRecord[], feedback: Feedback[]): Promise<void>
  /** The call with its feedback, or undefined. */
  call(id: string): Promise<(CallRecord & { feedback: Feedback[] }) | undefined>
  calls(query: { namespace?: string; route?: string; release?: string; limit: number }): Promise<CallRecord[]>
  /** Units closed after the cursor, in order. Late feedback (after a unit closed) is left out. */
  units(query: UnitQuery): Promise<Unit[]>
  traffic(query: { namespace: string; route: string; since: number }): Promise<RouteTraffic>
  /**
   * Calls that users were shown or that answered in shadow and that no scorer looked at, in the order in which they
   * were written: one that is reported late is behind those that were read before.
   */
  unscored(query: ArrivalQuery): Promise<{ calls: CallRecord[]; next: number }>
  /** Newest calls that users were shown with what was said of them; with `source` only those it said something of. */
  reviewed(query: {
    namespace: string
    route: string
    source?: NonNullable<Feedback['source']>
    /** Only calls that were asked from then on and before that; milliseconds since the epoch. */
    window?: { from: number; to: number }
    limit: number
  }): Promise<ReviewedCall[]>
  /** What was used and what it cost, shadow and evaluation calls too: they are paid as well. By namespace and group. */
  usage(query: UsageQuery): Promise<UsageRow[]>
  judgeUse(query: { namespace: string; route: string; scorer: string; since: number }): Promise<JudgeUse>
  /**
   * Takes input, context and answer out of a route's calls before a time; numbers, digests and scores stay.
   * @returns how many calls lost something
   */
  forget(query: { namespace: string; route: string; before: number }): Promise<number>
}

/** Names of all methods, for serving them to another process. */
export const telemetryMethods = [
  'append',
  'call',
  'calls',
  'units',
  'traffic',
  'unscored',
  'reviewed',
  'usage',
  'judgeUse',
  'forget',
  'counts',
  'sample',
] as const satisfies (keyof Telemetry)[]
