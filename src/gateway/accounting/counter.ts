/**
 * SERVE: counts what has been spent against limits, once for all gateways that share it, so that N of them together stay
 * within one limit. A gateway takes parts of a limit in advance (`take`), spends from them by itself, and gives
 * back what it did not need; what it took and never gave back counts as spent. So a limit is never exceeded by what
 * a crash forgot, and the shared store is asked seldom.
 * Amounts are whole numbers up to 2^53 - 1, so that no sum is ever rounded.
 * Implementations pass `counter.contract.ts`.
 */
export interface Counter {
  /**
   * Takes up to `want` from what is left of `limit` in a window, all or, when less than that is left, down to `least`.
   * @returns the amount taken, 0 when not even `least` is left, and what is left afterwards
   */
  take(
    window: CounterWindow,
    limit: number,
    want: number,
    least: number,
  ): Promise<{ taken: number; left: number }>
  /** Gives back what was taken and not spent; negative when more was spent than taken (usage exceeded the estimate). */
  giveBack(window: CounterWindow, amount: number): Promise<void>
  /** What counts as spent now. */
  spent(window: CounterWindow): Promise<number>
  /** Windows that are not over and whose key begins with `prefix`, with what counts as spent in each, by key. */
  list(prefix: string): Promise<(CounterWindow & { spent: number })[]>
  /**
   * Says how many slots of `key` this owner holds from now on, between `least` and `want`, whatever it held before.
   * All owners together never hold more than `limit`. They are free again `forMs` after the last call, so that those
   * of a killed gateway come back.
   * @returns what it holds now and what is left, or undefined when `least` is more than the others leave: then it
   *   holds what it held before
   */
  hold(
    slots: Slots,
    limit: number,
    want: number,
    least: number,
  ): Promise<{ held: number; left: number } | undefined>
  close(): Promise<void>
}

/** Names of all methods, for serving them to another process. */
export const counterMethods = [
  'take',
  'giveBack',
  'spent',
  'list',
  'hold',
] as const satisfies (keyof Counter)[]

/** One limit in one period, such as `budget/default/team-a/usd` from the first of the month. */
export interface CounterWindow {
  key: string
  /** Milliseconds since the epoch. */
  from: number
  /** When it may be forgotten. */
  until: number
}

/** What one gateway holds of something that may be used by so many at a time. */
export interface Slots {
  key: string
  /** One per gateway process. */
  owner: string
  forMs: number
}
