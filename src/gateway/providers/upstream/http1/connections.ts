import { type buildConnector, errors } from 'undici'
import type { Clock } from '../../../../lib/clock.ts'
import { Connection, type ConnectionKeeper } from './connection.ts'
import type { PlainCall } from './plain-call.ts'

type Connect = ReturnType<typeof buildConnector>

/** The server may close at the same moment as we ask again: what it grants is used but for the last seconds. */
const idleMarginMs = 2000
const maxIdleMs = 600_000

/**
 * The connections to one origin. Calls go out after everything the network had has been read: a connection whose server
 * closed it, or that said something unasked, is never written to. One that answered rests until then.
 */
export class Connections implements ConnectionKeeper {
  readonly #url: URL
  readonly #clock: Clock
  readonly #connect: Connect
  readonly #most: number
  readonly #keepMs: number
  readonly #all = new Set<Connection>()
  readonly #calls = new Set<PlainCall>()
  #opening = 0
  /** The last one in is the first one out, so that those too many are given up. */
  #idle: Connection[] = []
  #resting: Connection[] = []
  #queue: PlainCall[] = []
  #flushing: NodeJS.Immediate | undefined
  #cancelSweep: (() => void) | undefined
  #destroyed = false

  constructor(
    origin: string,
    { clock, connect, most, keepMs }: { clock: Clock; connect: Connect; most: number; keepMs: number },
  ) {
    this.#url = new URL(origin)
    this.#clock = clock
    this.#connect = connect
    this.#most = most
    this.#keepMs = keepMs
  }

  /** Calls that have not ended. */
  get running(): number {
    return this.#all.size + this.#opening + this.#queue.length - this.#idle.length - this.#resting.length
  }

  ask(call: PlainCall): void {
    if (this.#destroyed) {
      call.fail(new errors.ClientDestroyedError())
      return
    }
    this.#queue.push(call)
    this.#flushSoon()
  }

  /** The call ended before it had a connection. */
  readonly leave = (call: PlainCall): void => {
    const at = this.#queue.indexOf(call)
    if (at >= 0) this.#queue.splice(at, 1)
  }

  free(connection: Connection, idleMs: number | undefined): void {
    const keepMs = idleMs === undefined ? this.#keepMs : Math.min(idleMs - idleMarginMs, maxIdleMs)
    if (keepMs <= 0) {
      connection.close()
      return
    }
    connection.idleUntil = this.#clock.now() + keepMs
    this.#resting.push(connection)
    this.#flushSoon()
  }

  gone(connection: Connection): void {
    this.#all.delete(connection)
    remove(this.#idle, connection)
    remove(this.#resting, connection)
    if (this.#queue.length > 0) this.#flushSoon()
  }

  destroy(): void {
    this.#destroyed = true
    if (this.#flushing) clearImmediate(this.#flushing)
    this.#cancelSweep?.()
    const waiting = this.#queue
    this.#queue = []
    for (const call of [...waiting, ...this.#calls]) call.abort(new errors.ClientDestroyedError())
    for (const connection of [...this.#all]) connection.close(new errors.ClientDestroyedError())
  }

  #flushSoon(): void {
    this.#flushing ??= setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#flushing = undefined
    const now = this.#clock.now()
    let served = 0
    while (served < this.#queue.length) {
      const connection = this.#idle.pop()
      if (!connection) break
      if (!connection.usable) continue
      if (connection.idleUntil <= now) connection.close()
      else connection.send(this.#queue[served++] as PlainCall)
    }
    this.#queue = served === this.#queue.length ? [] : this.#queue.slice(served)
    // Those that rest are free in a moment; the others have to be opened.
    let waits = this.#resting.length
    for (const connection of this.#resting) this.#idle.push(connection)
    this.#resting = []
    if (this.#queue.length > 0) {
      const left: PlainCall[] = []
      for (const call of this.#queue)
        if (waits-- > 0 || this.#all.size + this.#opening >= this.#most) left.push(call)
        else this.#open(call)
      this.#queue = left
      if (left.length > 0 && this.#idle.length > 0) this.#flushSoon()
    }
    if (this.#idle.length > 0) this.#sweepLater()
  }

  #open(call: PlainCall): void {
    this.#opening++
    this.#calls.add(call)
    const { protocol, hostname, host, port } = this.#url
    const target = {
      protocol,
      host,
      port,
      hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    }
    this.#connect(target, (error, socket) => {
      this.#opening--
      this.#calls.delete(call)
      if (error) {
        if (this.#queue.length > 0) this.#flushSoon()
        return call.fail(error)
      }
      if (this.#destroyed) return void socket.destroy()
      const connection = new Connection(socket, host, this.#clock, this)
      this.#all.add(connection)
      if (!call.aborted) return connection.send(call)
      this.free(connection, undefined)
    })
  }

  /** Once in a while for all of them. */
  #sweepLater(): void {
    this.#cancelSweep ??= this.#clock.after(Math.max(1000, this.#keepMs / 4), () => {
      this.#cancelSweep = undefined
      const now = this.#clock.now()
      for (const connection of this.#idle.filter(({ idleUntil }) => idleUntil <= now)) connection.close()
      if (this.#idle.length > 0) this.#sweepLater()
    })
  }
}

function remove(list: Connection[], connection: Connection): void {
  const at = list.indexOf(connection)
  if (at >= 0) list.splice(at, 1)
}
