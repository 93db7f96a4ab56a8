import type { Socket } from 'node:net'
import { errors } from 'undici'
import type { Clock } from '../../../../lib/clock.ts'
import { AnswerParser, type AnswerSink } from './answer-parser.ts'
import type { Head } from './head.ts'
import type { PlainCall } from './plain-call.ts'
import { wireOf } from './request-head.ts'

/** What a connection tells those who keep it. */
export interface ConnectionKeeper {
  /** An answer is over and another request may follow, within `idleMs`. */
  free(connection: Connection, idleMs: number | undefined): void
  /** It can not be used any more. */
  gone(connection: Connection): void
}

/** One connection to a provider: answers one call at a time, and is closed by whatever is out of order. */
export class Connection implements AnswerSink {
  /** When it is given up for want of work, by the clock. */
  idleUntil = 0
  readonly #socket: Socket
  readonly #host: string
  readonly #clock: Clock
  readonly #keeper: ConnectionKeeper
  readonly #parser = new AnswerParser(this)
  #call: PlainCall | undefined
  #head: Head | undefined
  #closed = false
  /** When the server has been silent for too long, and the one timer that looks at it when it rings. */
  #silentAt = Number.POSITIVE_INFINITY
  #ringsAt = Number.POSITIVE_INFINITY
  #cancel: (() => void) | undefined

  /** @param socket that is connected */
  constructor(socket: Socket, host: string, clock: Clock, keeper: ConnectionKeeper) {
    this.#socket = socket
    this.#host = host
    this.#clock = clock
    this.#keeper = keeper
    // Whatever goes wrong here concerns this connection alone.
    socket.on('data', (bytes: Buffer) => {
      try {
        if (this.#call && this.#head) this.#expect(this.#call.request.bodyTimeout)
        this.#parser.push(bytes)
      } catch (error) {
        this.#fail(error as Error)
      }
    })
    socket.on('end', () => this.#ended(new errors.SocketError('other side closed')))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') this.#ended(error)
      else this.#fail(error)
    })
    socket.on('close', () => this.#fail(new errors.SocketError('closed')))
  }

  get usable(): boolean {
    return !this.#closed && this.#call === undefined
  }

  send(call: PlainCall): void {
    this.#call = call
    this.#head = undefined
    call.connection = this
    this.#parser.begin()
    this.#expect(call.request.headersTimeout)
    this.#socket.write(wireOf(this.#host, call.request))
    if (call.paused) this.pause()
  }

  pause(): void {
    this.#silentAt = Number.POSITIVE_INFINITY
    this.#socket.pause()
  }

  resume(): void {
    if (this.#call && this.#head) this.#expect(this.#call.request.bodyTimeout)
    this.#socket.resume()
  }

  /** @param reason what a call that is under way is told */
  close(reason: Error = new errors.SocketError('closed')): void {
    this.#fail(reason)
  }

  head(head: Head): void {
    const call = this.#call
    if (!call) return
    this.#head = head
    this.#expect(call.request.bodyTimeout)
    call.handler.onResponseStart?.(call, head.status, head.headers)
  }

  data(piece: Buffer): void {
    const call = this.#call
    if (call) call.handler.onResponseData?.(call, piece)
  }

  done(): void {
    const call = this.#call
    const head = this.#head
    this.#call = undefined
    this.#silentAt = Number.POSITIVE_INFINITY
    if (!call || this.#closed) return
    if (call.paused) this.#socket.resume()
    if (head?.reusable) this.#keeper.free(this, head.idleMs)
    else this.#fail(new errors.SocketError('closed'))
    call.end()
  }

  /** An answer may last until the connection ends. */
  #ended(error: Error): void {
    if (!this.#closed && this.#call && this.#parser.end()) return
    this.#fail(error)
  }

  #fail(error: Error): void {
    if (this.#closed) return
    this.#closed = true
    this.#cancel?.()
    this.#socket.destroy()
    const call = this.#call
    this.#call = undefined
    this.#keeper.gone(this)
    call?.fail(error)
  }

  /** Arms the timer only when it would ring too late: most calls are over long before it does. */
  #expect(ms: number): void {
    this.#silentAt = this.#clock.now() + ms
    if (this.#ringsAt <= this.#silentAt) return
    this.#cancel?.()
    this.#ringsAt = this.#silentAt
    this.#cancel = this.#clock.after(ms, () => this.#ring())
  }

  #ring(): void {
    this.#ringsAt = Number.POSITIVE_INFINITY
    if (this.#silentAt === Number.POSITIVE_INFINITY) return
    const left = this.#silentAt - this.#clock.now()
    if (left > 0) this.#expect(left)
    else this.#fail(this.#head ? new errors.BodyTimeoutError() : new errors.HeadersTimeoutError())
  }
}
