import { ApiError } from '../api/errors.ts'
import type { Random } from '../lib/random.ts'
import type { ApiRequest, Transport } from './transport.ts'

/** How likely each fault is, from 0 to 1. */
export interface Faults {
  /** A request is refused before it reaches the server. */
  refuse?: number
  /** A request is done, but its answer is lost. */
  loseAnswer?: number
  /** A watch event comes twice. */
  duplicate?: number
  /** A watch event is held back until later ones have come. */
  reorder?: number
  /** A watch event is lost; the watch ends, and its version is too old from then on. */
  drop?: number
  /** A watch ends without reason. */
  cut?: number
  /** A watch is answered 410 at its start. */
  expire?: number
}

export interface FaultyTransport extends Transport {
  /** From now on nothing goes wrong; events held back are delivered. */
  heal(): void
  /** Ends all watches, as a server that restarts does. */
  disconnect(): void
}

/**
 * Wraps any transport in the faults that networks and API servers have, drawn from `random`. What it never does is
 * lose an event for good and go on as if nothing had happened: no server may do that, and no client could tell.
 */
export function faultyTransport(inner: Transport, random: Random, faults: Faults): FaultyTransport {
  let healed = false
  const healing = Promise.withResolvers<'healed'>()
  const cuts = new Set<() => void>()
  const happens = (chance = 0) => !healed && random() < chance
  /** Paths of collections (without query) of which a watch has lost an event. */
  const lost = new Set<string>()

  async function* stream(request: ApiRequest): AsyncGenerator<unknown> {
    const path = request.path.split('?')[0] ?? ''
    if (happens(faults.refuse)) throw unreachable(request)
    if (lost.delete(path) || happens(faults.expire)) {
      yield { type: 'ERROR', object: new ApiError('Expired', 'too old resource version').toStatus() }
      return
    }
    const stop = new AbortController()
    const signal = request.signal ? AbortSignal.any([request.signal, stop.signal]) : stop.signal
    const cut = () => stop.abort()
    cuts.add(cut)
    try {
      yield* disturb(inner.stream({ ...request, signal }), path, signal)
    } finally {
      cuts.delete(cut)
      stop.abort()
    }
  }

  async function* disturb(
    events: AsyncIterable<unknown>,
    path: string,
    signal: AbortSignal,
  ): AsyncGenerator<unknown> {
    const held: unknown[] = []
    for await (const arrival of arrivals(events, signal, healing.promise)) {
      if (healed) yield* held.splice(0)
      if (arrival === 'healed') continue
      if (happens(faults.drop)) {
        lost.add(path)
        return
      }
      if (happens(faults.reorder)) {
        held.push(arrival.event)
        continue
      }
      yield arrival.event
      if (happens(faults.duplicate)) yield arrival.event
      if (happens(0.5)) yield* held.splice(0).reverse()
      if (happens(faults.cut)) break
    }
    // What was held back is lost with the connection.
    if (held.length > 0) lost.add(path)
  }

  return {
    async request(request) {
      if (happens(faults.refuse)) throw unreachable(request)
      const answer = await inner.request(request)
      if (happens(faults.loseAnswer)) throw unreachable(request)
      return answer
    },
    stream,
    heal() {
      healed = true
      healing.resolve('healed')
    },
    disconnect() {
      for (const cut of cuts) cut()
    },
  }
}

const unreachable = ({ method, path }: ApiRequest) =>
  new ApiError('ServiceUnavailable', `${method} ${path} failed: the connection was lost`)

/** The events of a stream until it ends or `signal` aborts, and once `healed` when that promise resolves. */
async function* arrivals(
  events: AsyncIterable<unknown>,
  signal: AbortSignal,
  healing: Promise<'healed'>,
): AsyncGenerator<{ event: unknown } | 'healed'> {
  const source = events[Symbol.asyncIterator]()
  const aborted = new Promise<'aborted'>(resolve => {
    if (signal.aborted) resolve('aborted')
    signal.addEventListener('abort', () => resolve('aborted'), { once: true })
  })
  const pull = () => {
    const next = source.next()
    // Nobody waits for it when the watch is left before it arrives.
    next.catch(() => {})
    return next
  }
  let next = pull()
  let interruptions: Promise<'healed' | 'aborted'>[] = [aborted, healing]
  for (;;) {
    const arrived = await Promise.race([...interruptions, next])
    if (arrived === 'healed') {
      interruptions = [aborted]
      yield arrived
    } else if (arrived === 'aborted' || arrived.done) {
      return
    } else {
      next = pull()
      yield { event: arrived.value }
    }
  }
}
