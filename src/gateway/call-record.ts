import type { Arm, CallRecord } from '../telemetry/telemetry.ts'
import type { Outcome } from './providers/provider.ts'
import type { Release } from './release.ts'
import type { RouteSnapshot } from './snapshot.ts'

/** Characters of the answer kept in a record; telemetry promises at most 16 KiB. */
const maxOutput = 16 << 10

/** What is known of a call before it is answered. */
export interface CallStart {
  id: string
  at: number
  route: RouteSnapshot
  release: Release
  arm: Arm
  unit: string
  pair?: string
  accessKey: string
  streamed: boolean
}

/** What became of it. */
export interface CallEnd {
  status: number
  error?: string
  latencyMs: number
  firstByteMs?: number
  outcome?: Outcome
}

export function callRecord(start: CallStart, end: CallEnd): CallRecord {
  const { id, at, route, release, arm, unit, pair, accessKey, streamed } = start
  const { status, error, latencyMs, firstByteMs, outcome } = end
  const { inputTokens, outputTokens } = outcome ?? {}
  const costUsd = costOf(release, outcome)
  return {
    id,
    at,
    namespace: route.namespace,
    route: route.name,
    release: release.snapshot.name,
    digest: release.snapshot.digest,
    arm,
    phase: arm === 'evaluation' ? '' : route.phase,
    unit,
    ...(pair === undefined ? {} : { pair }),
    accessKey,
    status,
    ...(error === undefined ? {} : { error }),
    latencyMs,
    ...(firstByteMs === undefined ? {} : { firstByteMs }),
    streamed,
    provider: release.provider,
    model: release.model,
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    usageSource: outcome?.usageSource ?? 'none',
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(outcome && route.record === 'output' ? { output: cut(outcome.output) } : {}),
    ...(outcome && error === undefined && release.check
      ? { scores: { schema: release.check(outcome.output) } }
      : {}),
  }
}

/** Undefined when the price or the tokens are unknown: unknown is never 0. */
export function costOf({ price }: Release, outcome: Outcome | undefined): number | undefined {
  const { inputTokens, outputTokens } = outcome ?? {}
  if (!price || inputTokens === undefined || outputTokens === undefined) return undefined
  return (inputTokens * price.inputPerMillionUsd + outputTokens * price.outputPerMillionUsd) / 1_000_000
}

/** At most 16 KiB of UTF-8; a cut never leaves half a character. */
function cut(output: string): string {
  if (output.length * 3 <= maxOutput) return output
  const bytes = Buffer.from(output)
  if (bytes.length <= maxOutput) return output
  let end = maxOutput
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
