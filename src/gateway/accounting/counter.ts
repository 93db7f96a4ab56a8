/**
 * SERVE: counts what has been spent against limits, once for all gateways that share it, so that N of them together stay
 * within one limit. A gateway takes parts of a limit in advance (`take`), spends from them by itself, and gives
 * back what it did not need; what it took and never gave back counts as spent. So a limit is never exceeded by what
 * a crash forgot, and the shared store is asked seldom.
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
  close(): Promise<void>
}

/** One limit in one period, such as `budget/default/team-a/usd` from the first of the month. */
export interface CounterWindow {
  key: string
  /** Milliseconds since the epoch. */
  from: number
  /** When it may be forgotten. */
  until: number
}
