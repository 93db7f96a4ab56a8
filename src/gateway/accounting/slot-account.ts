import type { Counter } from './counter.ts'

/** How long slots of a killed gateway stay taken. */
const forMs = 15_000

/**
 * How many calls one key has at the same time, as this gateway sees it. It holds a few slots more than it uses while
 * others leave plenty, and exactly what it uses near the limit.
 */
export class SlotAccount {
  readonly key: string
  limit: number
  readonly #counter: Counter
  readonly #owner: string
  #used = 0
  #held = 0
  #left: number
  #recent = false
  #turn: Promise<unknown> = Promise.resolve()

  constructor(counter: Counter, { key, owner, limit }: { key: string; owner: string; limit: number }) {
    this.#counter = counter
    this.key = key
    this.#owner = owner
    this.limit = limit
    this.#left = limit
  }

  tryTake(): boolean {
    if (this.#used >= Math.min(this.#held, this.limit)) return false
    this.#used++
    this.#recent = true
    return true
  }

  /** @returns false when as many calls as the limit are under way. @throws what the counter throws */
  async take(): Promise<boolean> {
    return this.#inTurn(async () => {
      if (this.tryTake()) return true
      await this.#hold(this.#used + 1, this.#spare())
      return this.tryTake()
    })
  }

  give(): void {
    this.#used--
    const spare = this.#spare()
    if (this.#held - this.#used > 2 * spare + (spare > 0 ? 1 : 0)) void this.#settle(spare)
  }

  setLimit(limit: number): void {
    this.limit = limit
  }

  /** Called once a second. @returns whether there is anything to call it for again */
  tick(): boolean {
    if (this.#held > 0) void this.#settle(this.#recent ? this.#spare() : 0)
    this.#recent = this.#used > 0
    return this.#held > 0 || this.#used > 0
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#counter.hold(this.#slots(), this.limit, 0, 0))
  }

  /** What is held becomes what is used and a little more; a failing counter is asked again at the next tick. */
  #settle(spare: number): Promise<void> {
    return this.#inTurn(() => this.#hold(this.#used, spare)).catch(() => undefined)
  }

  async #hold(least: number, spare: number): Promise<void> {
    const want = least + spare
    // What will be given up may not be used while the counter is asked.
    this.#held = Math.min(this.#held, Math.max(want, this.#used))
    const got = await this.#counter.hold(this.#slots(), this.limit, want, least)
    this.#left = got?.left ?? 0
    if (got) this.#held = got.held
  }

  #spare(): number {
    return Math.min(64, this.#left >> 2)
  }

  #slots() {
    return { key: this.key, owner: this.#owner, forMs }
  }

  /** One question at a time, so that what is held is what the last answer said. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}
