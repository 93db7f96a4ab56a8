import { z } from 'zod'
import type { ReviewedCall } from '../telemetry.ts'
import { readLines } from './files.ts'
import { parsedJson } from './json-file.ts'
import { BundleError } from './layout.ts'
import type { Writing } from './writing.ts'

/** Of all routes together; the newest of each. */
const most = 20_000

const text = z.string().max(1024)
const amount = z.number().min(0)
const scores = z.record(text, z.number())

/** A call as a line says it; what else it says is left out. */
const Line = z.object({
  ...{ id: text, namespace: text, route: text, release: text, digest: text, phase: text, unit: text },
  ...{ accessKey: text, provider: text, model: text },
  at: z.number(),
  arm: z.enum(['stable', 'candidate', 'shadow', 'evaluation']),
  status: z.number(),
  latencyMs: amount,
  streamed: z.boolean(),
  recorded: z.boolean(),
  usageSource: z.enum(['provider', 'estimated', 'none']),
  error: text.optional(),
  firstByteMs: amount.optional(),
  inputTokens: amount.optional(),
  outputTokens: amount.optional(),
  costUsd: amount.optional(),
  priceSource: text.optional(),
  finish: text.optional(),
  cache: z.enum(['hit', 'miss']).optional(),
  inputDigest: text.optional(),
  outputDigest: text.optional(),
  scores: scores.optional(),
  guards: z
    .array(
      z.object({
        ...{ guardrail: text, rule: text, zone: text },
        verdict: z.enum(['allow', 'deny', 'failed']),
        action: z.enum(['none', 'flag', 'mask', 'block']),
        score: z.number().optional(),
        reason: text.optional(),
      }),
    )
    .max(200)
    .optional(),
  attempts: z
    .array(z.object({ provider: text, model: text, error: text, latencyMs: amount }))
    .max(100)
    .optional(),
  feedback: z
    .array(
      z.object({
        call: text,
        at: z.number(),
        scores: scores.optional(),
        label: text.optional(),
        source: z.enum(['scorer', 'person']).optional(),
        by: text.optional(),
        costUsd: amount.optional(),
      }),
    )
    .max(1000),
})

/** calls/: calls of models in the window and what was said of them, without what they say. */
export async function writeCalls({ query, sources, draft, clean, wants }: Writing): Promise<void> {
  const { calls } = sources
  if (!calls) return
  const { from, to } = query
  const used = await calls.usage({ by: 'route', since: from, until: to })
  const routes = used
    .map(({ namespace, group }) => ({ namespace, route: group }))
    .filter(({ route }) => wants(route))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const limit = Math.max(1, Math.floor(most / Math.max(1, routes.length)))
  for (const [index, route] of routes.entries()) {
    const found = await calls.reviewed({ ...route, window: { from, to }, limit: limit + 1 })
    if (found.length > limit) draft.leaveOut(`calls of ${keyOf(route)} before the newest ${limit}`)
    const lines = found
      .slice(0, limit)
      .reverse()
      .map(call => JSON.stringify(cleaned(call, clean.text)))
    if (lines.length > 0) await draft.put(`calls/${index + 1}.jsonl`, `${lines.join('\n')}\n`)
  }
}

const keyOf = ({ namespace, route }: { namespace: string; route: string }): string => `${namespace}/${route}`

/** Labels and reasons are what people and detectors wrote. */
const cleaned = ({ feedback, guards, ...call }: ReviewedCall, clean: (text: string) => string) => ({
  ...call,
  ...(guards && {
    guards: guards.map(({ reason, ...guard }) => ({
      ...guard,
      ...(reason !== undefined && { reason: clean(reason) }),
    })),
  }),
  feedback: feedback.map(({ label, ...said }) => ({
    ...said,
    ...(label !== undefined && { label: clean(label) }),
  })),
})

/** @throws BundleError naming file, line and field */
export async function callsIn(folder: string, path: string): Promise<ReviewedCall[]> {
  const found: ReviewedCall[] = []
  let number = 0
  for await (const lines of readLines(folder, path))
    for (const line of lines) {
      number++
      if (line.trim() === '') continue
      if (found.length === most) throw new BundleError(`${path} has more than ${most} calls`)
      const { data, error } = Line.safeParse(parsedJson(`${path}:${number}`, line))
      if (!data) {
        const [issue] = error.issues
        throw new BundleError(`${path}:${number}: ${issue?.path.join('.')}: ${issue?.message}`)
      }
      found.push(data as ReviewedCall)
    }
  return found
}
