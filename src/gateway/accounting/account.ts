import type { BudgetSnapshot } from '../snapshot.ts'
import type { Counter, CounterWindow } from './counter.ts'
import { periodAt } from './period.ts'

/** Calls that a lease should be enough for, and the largest share of what is left that one gateway takes in advance. */
const leaseCalls = 512
const leaseShare = 1 / 32
/** Weight of one call in the usual amount of a call. */
const smoothing = 1 / 16

interface Waiter {
  amount: number
  resolve(window: CounterWindow | undefined): void
  reject(error: unknown): void
}

/**
 * One limit in one period as this gateway sees it: a lease taken from the shared counter, from which calls take
 * synchronously. The lease is about what the next 512 calls need while far from the limit, at most 1/32 of what
 * is left, and so goes down to exact amounts near it. What a lease still has when it is idle, or over, is given back.
 */
export class Account {
  readonly key: string
  readonly period: BudgetSnapshot['period']
  limit: number
  readonly #counter: Counter
  #window: CounterWindow
  #lease = 0
  /** Left for all gateways when the counter was last asked. */
  #left: number
  #usual = 0
  #used = false
  #filling = false
  #waiting: Waiter[] = []
  /** What could not be counted yet because the counter failed. */
  #debts: { window: CounterWindow; amount: number }[] = []

  constructor(
    counter: Counter,
    terms: { key: string; period: BudgetSnapshot['period']; limit: number },
    now: number,
  ) {
    this.#counter = counter
    this.key = terms.key
    this.period = terms.period
    this.limit = terms.limit
    this.#left = terms.limit
    this.#window = { key: terms.key, ...periodAt(terms.period, now) }
  }

  /** Takes `amount` from the lease. @returns the window to settle it in, or undefined when the lease has less */
  tryTake(amount: number, now: number): CounterWindow | undefined {
    if (now >= this.#window.until) this.#roll(now)
    if (amount > this.#lease) return undefined
    this.#lease -= amount
    this.#note(amount)
    return this.#window
  }

  /**
   * Takes `amount`, from the counter when the lease has less.
   * @returns the window to settle it in, or undefined when the limit has no room for it
   * @throws what the counter throws
   */
  take(amount: number, now: number): Promise<CounterWindow | undefined> {
    const window = this.tryTake(amount, now)
    if (window) return Promise.resolve(window)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ amount, resolve, reject })
      if (!this.#filling) void this.#fill()
    })
  }

  /** Counts `amount` although there is no room for it. @returns the window to settle it in */
  owe(amount: number, now: number): CounterWindow {
    const window = this.window(now)
    this.#giveBack(window, -amount)
    return window
  }

  /** Replaces what was taken by what was used. */
  settle(window: CounterWindow, taken: number, used: number): void {
    const rest = taken - used
    if (rest === 0) return
    if (window !== this.#window) {
      // Nobody asks for the count of a minute that is over.
      if (this.period !== 'minute') this.#giveBack(window, rest)
      return
    }
    if (rest > 0) {
      this.#lease += rest
      this.#trim()
      return
    }
    const covered = Math.min(this.#lease, -rest)
    this.#lease -= covered
    if (covered < -rest) this.#giveBack(window, rest + covered)
  }

  /** What is left of the limit as far as this gateway knows. */
  remaining(now: number): number {
    return now >= this.#window.until ? this.limit : Math.max(0, this.#left + this.#lease)
  }

  /** The period of `now`. */
  window(now: number): CounterWindow {
    if (now >= this.#window.until) this.#roll(now)
    return this.#window
  }

  setLimit(limit: number): void {
    if (limit === this.limit) return
    // Under a lower limit the lease may be more than what is left.
    if (limit < this.limit) this.#returnAll()
    this.#left = Math.max(0, this.#left + limit - this.limit)
    this.limit = limit
  }

  /** Called once a second. @returns whether there is anything to call it for again */
  tick(): boolean {
    for (const { window, amount } of this.#debts.splice(0)) this.#giveBack(window, amount)
    if (this.#used) this.#trim()
    else this.#returnAll()
    const busy = this.#used
    this.#used = false
    return busy || this.#lease > 0 || this.#debts.length > 0 || this.#filling
  }

  /** Gives back what is leased; resolves when the counter knows. */
  async close(): Promise<void> {
    const rest = this.#lease
    this.#lease = 0
    for (const { window, amount } of this.#debts.splice(0)) await this.#counter.giveBack(window, amount)
    if (rest > 0) await this.#counter.giveBack(this.#window, rest)
  }

  async #fill(): Promise<void> {
    this.#filling = true
    try {
      for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
        if (first.amount <= this.#lease || (await this.#refill(first.amount))) {
          if (first.amount > this.#lease) continue
          this.#lease -= first.amount
          this.#note(first.amount)
          first.resolve(this.#window)
        } else first.resolve(undefined)
        this.#waiting.shift()
      }
    } catch (error) {
      for (const { reject } of this.#waiting.splice(0)) reject(error)
    } finally {
      this.#filling = false
    }
  }

  /** @returns false when not even `amount` can be had */
  async #refill(amount: number): Promise<boolean> {
    const window = this.#window
    const missing = amount - this.#lease
    let want = missing + this.#leaseSize()
    for (let i = 1; i < this.#waiting.length; i++) want += this.#waiting[i]?.amount ?? 0
    const { taken, left } = await this.#counter.take(window, this.limit, want, missing)
    if (window !== this.#window) {
      // The period ended meanwhile; what was taken for the next one is there already.
      this.#giveBack(window, taken)
      return true
    }
    this.#left = left
    this.#lease += taken
    return amount <= this.#lease
  }

  #leaseSize(): number {
    return Math.floor(Math.min(this.#usual * leaseCalls, this.#left * leaseShare))
  }

  #note(amount: number): void {
    this.#usual += (amount - this.#usual) * smoothing
    this.#used = true
  }

  /** Calls settle for less than they took, so a lease may grow beyond what is good for the other gateways. */
  #trim(): void {
    const size = this.#leaseSize()
    if (this.#lease <= 4 * size || this.#waiting.length > 0) return
    this.#giveBack(this.#window, this.#lease - size)
    this.#left += this.#lease - size
    this.#lease = size
  }

  #returnAll(): void {
    if (this.#lease === 0 || this.#filling) return
    this.#giveBack(this.#window, this.#lease)
    this.#left += this.#lease
    this.#lease = 0
  }

  #roll(now: number): void {
    if (this.#lease > 0 && this.period !== 'minute') this.#giveBack(this.#window, this.#lease)
    this.#window = { key: this.key, ...periodAt(this.period, now) }
    this.#lease = 0
    this.#left = this.limit
  }

  #giveBack(window: CounterWindow, amount: number): void {
    if (amount === 0) return
    this.#counter.giveBack(window, amount).catch(() => {
      this.#debts.push({ window, amount })
    })
  }
}
