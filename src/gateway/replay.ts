import { Pool } from 'undici'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import { uuidv7 } from '../lib/uuid.ts'

export interface ReplayRow {
  input: string
  label: string
}

export interface ReplayOptions {
  /** Origin of the gateway, such as `http://127.0.0.1:4141`. */
  url: string
  key: string
  /** The model name of the route. */
  model: string
  /** Rows in the order in which they are sent; may be endless. */
  rows: Iterable<ReplayRow>
  /** Calls per second. */
  rate: number
  /** Share of the calls whose label is sent back as feedback, in [0, 1]. */
  labelShare?: number
  /** Longest delay of a label; each waits a random part of it. */
  labelDelayMs?: number
  /** Field of a JSON answer (a.b.c) that is compared with the label, instead of the whole answer. */
  field?: string
  /** Most calls at the same time; when that many are open, the next ones wait. */
  concurrency?: number
  /** Limit of one call in milliseconds. */
  timeoutMs?: number
  clock: Clock
  random: Random
  /** Ends the replay early; what was sent until then is in the summary. */
  signal?: AbortSignal
  /** Called at every row that is sent. */
  onProgress?: (progress: Pick<ReplaySummary, 'sent' | 'answered' | 'correct'>) => void
}

export interface ReleaseSummary {
  answered: number
  correct: number
  /** Null when nothing was answered. */
  accuracy: number | null
}

export interface ReplaySummary extends ReleaseSummary {
  sent: number
  /** Classes of errors and how often each came. */
  errors: Record<string, number>
  /** Milliseconds from sending to the whole answer; null when nothing was answered. */
  p50Ms: number | null
  p99Ms: number | null
  byRelease: Record<string, ReleaseSummary>
}

/**
 * Sends rows to a route at a steady rate, each as a session of its own, compares the answers with the labels and gives
 * a share of the labels back as feedback, late as in life. Resolves when all rows were sent and answered.
 */
export async function replay(options: ReplayOptions): Promise<ReplaySummary> {
  const { url, rows, rate, clock, random, signal, onProgress } = options
  const { labelShare = 1, labelDelayMs = 0, concurrency = 64, timeoutMs = 60_000 } = options
  const pool = new Pool(url, { connections: concurrency, headersTimeout: timeoutMs, bodyTimeout: timeoutMs })
  const tally = createTally()
  const open = new Set<Promise<void>>()
  const labels = new Set<Promise<void>>()
  const begin = clock.now()
  let index = 0
  for (const row of rows) {
    const due = begin + (index++ * 1000) / rate
    if (due > clock.now()) await clock.sleep(due - clock.now(), signal).catch(() => undefined)
    while (open.size >= concurrency) await Promise.race(open)
    if (signal?.aborted) break
    track(open, send(row))
    onProgress?.(tally.progress())
  }
  await Promise.all(open)
  await Promise.all(labels)
  await pool.close()
  return tally.summary()

  async function send(row: ReplayRow): Promise<void> {
    tally.sent()
    const at = clock.now()
    const answer = await ask(pool, options, row.input)
    if ('error' in answer) return tally.failed(answer.error)
    const correct = readField(answer.text, options.field) === row.label
    tally.answered(answer.release, correct, clock.now() - at)
    if (random() < labelShare) track(labels, sendLabel(answer.call, row.label, labelDelayMs * random()))
  }

  async function sendLabel(call: string, label: string, delayMs: number): Promise<void> {
    if (delayMs > 0) await clock.sleep(delayMs, signal).catch(() => undefined)
    if (signal?.aborted) return
    try {
      const { body } = await pool.request({
        method: 'POST',
        path: '/v1/feedback',
        headers: headersFor(options.key),
        body: JSON.stringify({ call, label }),
      })
      await body.dump()
    } catch {
      tally.failed('feedback_not_sent')
    }
  }
}

/** Keeps a promise in a set while it is open. */
function track(set: Set<Promise<void>>, promise: Promise<void>): void {
  set.add(promise)
  void promise.finally(() => set.delete(promise))
}

const headersFor = (key: string): Record<string, string> => ({
  authorization: `Bearer ${key}`,
  'content-type': 'application/json',
})

type Answer = { call: string; release: string; text: string } | { error: string }

async function ask(pool: Pool, { model, key, clock }: ReplayOptions, input: string): Promise<Answer> {
  try {
    const { statusCode, headers, body } = await pool.request({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { ...headersFor(key), 'x-keelway-session': uuidv7(clock) },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: input }] }),
    })
    const answer = (await body.json()) as {
      error?: { code?: string }
      choices?: { message?: { content?: string | null } }[]
    }
    if (statusCode !== 200) return { error: answer.error?.code ?? `status_${statusCode}` }
    return {
      call: String(headers['x-keelway-call']),
      release: String(headers['x-keelway-release']),
      text: answer.choices?.[0]?.message?.content ?? '',
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    return { error: `unreachable (${code})` }
  }
}

/** The whole text, or one field of a JSON answer; an answer that is no JSON has none. */
export function readField(text: string, field: string | undefined): string | undefined {
  if (field === undefined) return text.trim()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  for (const member of field.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return undefined
    value = (value as Record<string, unknown>)[member]
  }
  return typeof value === 'string' ? value : JSON.stringify(value)
}

interface Counts {
  answered: number
  correct: number
}

function createTally() {
  let sent = 0
  const errors: Record<string, number> = {}
  const latencies: number[] = []
  const total: Counts = { answered: 0, correct: 0 }
  const byRelease = new Map<string, Counts>()
  return {
    sent: () => {
      sent++
    },
    failed: (code: string) => {
      errors[code] = (errors[code] ?? 0) + 1
    },
    answered: (release: string, correct: boolean, latencyMs: number) => {
      const counts = byRelease.get(release) ?? { answered: 0, correct: 0 }
      byRelease.set(release, counts)
      for (const count of [total, counts]) {
        count.answered++
        if (correct) count.correct++
      }
      latencies.push(latencyMs)
    },
    progress: () => ({ sent, ...total }),
    summary: (): ReplaySummary => {
      const sorted = latencies.length > 0 ? Float64Array.from(latencies).sort() : undefined
      return {
        sent,
        ...withAccuracy(total),
        errors: { ...errors },
        p50Ms: quantile(sorted, 0.5),
        p99Ms: quantile(sorted, 0.99),
        byRelease: Object.fromEntries(
          [...byRelease].map(([release, counts]) => [release, withAccuracy(counts)]),
        ),
      }
    },
  }
}

const withAccuracy = ({ answered, correct }: Counts): ReleaseSummary => ({
  answered,
  correct,
  accuracy: answered === 0 ? null : correct / answered,
})

/** The smallest value that at least this share of all values does not exceed. */
const quantile = (sorted: Float64Array | undefined, share: number): number | null =>
  sorted?.[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null
