import { request as httpRequest } from 'undici'
import { ApiError } from '../api/errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Blobs } from '../store/blobs.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { EvaluationAnswer, GatewayControl, GatewayIdentity, GatewayUpstream } from './gateway.ts'
import type { Snapshot } from './snapshot.ts'

/** How long `publish` waits for gateways. */
const publishMs = 2000
/** A gateway that asked nothing for this long is gone. It asks at least every 10 s. */
const silentMs = 15_000
const maxAnswerBytes = 4 << 20

export interface ConnectedGateway extends GatewayIdentity {
  /** Digest of the snapshot it serves. */
  applied?: string
}

/** The control plane's side of its gateways. */
export interface Hub {
  control: GatewayControl
  upstream: GatewayUpstream
  /** Gateways that are connected now. */
  gateways(): ConnectedGateway[]
}

interface Seen extends ConnectedGateway {
  /** Questions for a snapshot that wait now. */
  waiting: number
  at: number
}

/**
 * Holds the one published snapshot, wakes waiting gateways with it at once, and takes their records.
 * @param token what gateways know the control plane by on `/internal`
 */
export function createHub({
  clock,
  telemetry,
  blobs,
  token,
}: {
  clock: Clock
  telemetry: Pick<Telemetry, 'append'>
  blobs: Pick<Blobs, 'get'>
  token: string
}): Hub {
  let current: Snapshot | undefined
  const seen = new Map<string, Seen>()
  const waiting = new Set<() => void>()
  const publishing = new Set<() => void>()

  const note = ({ id, url }: GatewayIdentity): Seen => {
    const known = seen.get(id) ?? { id, url, waiting: 0, at: 0 }
    known.at = clock.now()
    seen.set(id, known)
    for (const [other, { at, waiting }] of seen)
      if (waiting === 0 && clock.now() - at > silentMs) seen.delete(other)
    return known
  }
  const connected = (): Seen[] =>
    [...seen.values()].filter(({ waiting, at }) => waiting > 0 || clock.now() - at < silentMs)
  const wakeAll = (sleepers: Set<() => void>): void => {
    for (const wake of [...sleepers]) wake()
  }

  const upstream: GatewayUpstream = {
    snapshot: async (gateway, have, waitMs, signal) => {
      const known = note(gateway)
      known.waiting++
      try {
        if (!current || current.digest === have) await sleepUntilWoken(waiting, clock, waitMs, signal)
      } finally {
        known.waiting--
        known.at = clock.now()
        // A connection that breaks while it waits is a gateway that ended: nobody should wait for it.
        if (signal.aborted && known.waiting === 0) {
          seen.delete(gateway.id)
          wakeAll(publishing)
        }
      }
      return current && current.digest !== have ? current : undefined
    },
    applied: async (gateway, digest) => {
      note(gateway).applied = digest
      wakeAll(publishing)
    },
    report: (calls, feedback) => telemetry.append(calls, feedback),
    blob: digest => blobs.get(digest),
  }

  const control: GatewayControl = {
    publish: async snapshot => {
      current = snapshot
      wakeAll(waiting)
      const deadline = clock.now() + publishMs
      const everywhere = () => connected().every(({ applied }) => applied === snapshot.digest)
      while (current === snapshot && !everywhere() && clock.now() < deadline)
        await sleepUntilWoken(publishing, clock, deadline - clock.now())
    },
    answer: async (request, signal) => {
      const ready = connected().find(({ applied }) => applied !== undefined && applied === current?.digest)
      if (!ready)
        throw new ApiError(
          'ServiceUnavailable',
          `no gateway serves the current snapshot, so ${request.release} cannot answer; is keelway gateway running?`,
        )
      const { statusCode, body } = await httpRequest(`${ready.url}/internal/answer`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(request),
        signal,
      }).catch((error: unknown) => {
        if (signal.aborted) throw signal.reason
        throw new ApiError(
          'ServiceUnavailable',
          `the gateway at ${ready.url} does not answer`,
          {},
          { cause: error },
        )
      })
      const value = JSON.parse(await textOf(body)) as EvaluationAnswer & { error?: unknown }
      if (statusCode === 200) return value
      const message =
        (value.error as { message?: string } | undefined)?.message ?? `it answered ${statusCode}`
      throw ApiError.fromStatus(
        { message: `the gateway at ${ready.url} cannot let ${request.release} answer: ${message}` },
        statusCode,
      )
    },
  }

  return {
    control,
    upstream,
    gateways: () =>
      connected().map(({ id, url, applied }) => ({ id, url, ...(applied === undefined ? {} : { applied }) })),
  }
}

/** Resolves when woken, after `ms`, or when aborted. */
function sleepUntilWoken(
  sleepers: Set<() => void>,
  clock: Clock,
  ms: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise(resolve => {
    const wake = () => {
      sleepers.delete(wake)
      cancel()
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    const cancel = clock.after(ms, wake)
    sleepers.add(wake)
    signal?.addEventListener('abort', wake, { once: true })
    if (signal?.aborted) wake()
  })
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxAnswerBytes)
      throw new ApiError('InternalError', `the gateway's answer is larger than ${maxAnswerBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
