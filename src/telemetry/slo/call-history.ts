import type { Window } from '../signals/signal-store.ts'
import type { CallRecord } from '../telemetry.ts'
import type { EventBucket } from './event-counts.ts'

/**
 * OBSERVE: what monitors ask of recorded calls. Calls that users were shown count, those of shadow and evaluation do
 * not. Implementations pass `call-history.contract.ts`.
 */
export interface CallHistory {
  /** Good and bad calls of a route by the time they were asked; steps without any are left out. */
  counts(query: CallCountQuery): Promise<EventBucket[]>
  /** Calls of the routes in the window, at random and the same each time, in no order. */
  sample(query: {
    namespace: string
    routes: readonly string[]
    window: Window
    limit: number
  }): Promise<CallRecord[]>
}

export interface CallCountQuery {
  namespace: string
  route: string
  window: Window
  /** Milliseconds; buckets begin at whole multiples of it. */
  stepMs: number
  good: GoodCall
}

/**
 * What a good call is. `answered`: without an error, and complete after `withinMs`. `first-token`: the first token of a
 * stream came in time. `score`: a scorer, a person or a client gave it `atLeast`; a call with no such score is no event.
 */
export type GoodCall =
  | { kind: 'answered'; withinMs?: number }
  | { kind: 'first-token'; withinMs: number }
  | { kind: 'score'; name: string; atLeast: number }

/** Errors that no provider and no release is to blame for: such a call is no event. */
export const clientErrors = [
  'invalid_json',
  'invalid_request',
  'unsupported_request',
  'missing_variable',
  'content_blocked',
  'invalid_api_key',
  'model_not_found',
  'not_found',
  'method_not_allowed',
  'request_too_large',
  'unsupported_media_type',
  'budget_exceeded',
  'rate_limited',
  'client_closed',
] as const
