import { Agent, buildConnector, Dispatcher } from 'undici'
import type { Clock } from '../../../../lib/clock.ts'
import { Connections } from './connections.ts'
import { PlainCall } from './plain-call.ts'
import { plainRequest } from './request-head.ts'

/**
 * What providers are called through. A plain POST, which is nearly every call, is written and read here: undici's
 * dispatch of one costs more than all else a call needs. Everything else is undici's, over connections of its own.
 * To senders both look alike: the same handlers, errors and codes, connection and time limits, pauses and aborts.
 */
export class UpstreamDispatcher extends Dispatcher {
  readonly #agent: Agent
  readonly #origins = new Map<string, Connections>()
  readonly #settings: {
    clock: Clock
    connect: ReturnType<typeof buildConnector>
    most: number
    keepMs: number
  }

  /**
   * @param options.connections most connections to one origin
   * @param options.keepAliveMs how long one without work is kept
   */
  constructor(options: { clock: Clock; connections: number; keepAliveMs: number; connectMs: number }) {
    super()
    const { clock, connections, keepAliveMs, connectMs } = options
    this.#agent = new Agent({
      connections,
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
      connect: { timeout: connectMs },
    })
    const connect = buildConnector({ timeout: connectMs })
    this.#settings = { clock, connect, most: connections, keepMs: keepAliveMs }
  }

  /** Calls under way that are served here. */
  get running(): number {
    let running = 0
    for (const connections of this.#origins.values()) running += connections.running
    return running
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const request = handler.onRequestStart ? plainRequest(options) : undefined
    if (!request) return this.#agent.dispatch(options, handler)
    let connections = this.#origins.get(request.origin)
    if (!connections) {
      connections = new Connections(request.origin, this.#settings)
      this.#origins.set(request.origin, connections)
    }
    const call = new PlainCall(request, handler, connections.leave)
    handler.onRequestStart?.(call, {})
    if (!call.aborted) connections.ask(call)
    return true
  }

  override async destroy(): Promise<void> {
    for (const connections of this.#origins.values()) connections.destroy()
    await this.#agent.destroy()
  }

  override async close(): Promise<void> {
    await this.destroy()
  }
}
