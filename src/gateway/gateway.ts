import type { CallRecord, Feedback } from '../telemetry/telemetry.ts'
import type { GuardrailRule, Snapshot } from './snapshot.ts'

/** What the control plane asks of its gateways. Implemented over HTTP, and in process for tests. */
export interface GatewayControl {
  /** Makes `snapshot` the one gateways serve; resolves when every connected gateway applied it, or after 2 s. */
  publish(snapshot: Snapshot): Promise<void>
  /** Lets a release of the published snapshot answer one input outside any user's traffic (arm `evaluation`). */
  answer(request: EvaluationRequest, signal: AbortSignal): Promise<EvaluationAnswer>
}

export interface EvaluationRequest {
  /** `namespace/name` of the release, as in the snapshot. */
  release: string
  input: string
}

export interface EvaluationAnswer {
  output?: string
  /** Class of error; absent when answered. */
  error?: string
  latencyMs: number
  costUsd?: number
}

/** Who a gateway is to the control plane. */
export interface GatewayIdentity {
  /** One per start of a gateway. */
  id: string
  /** Where it answers, such as `http://127.0.0.1:4141`. */
  url: string
}

/** What a gateway asks of the control plane. */
export interface GatewayUpstream {
  /**
   * The current snapshot when its digest differs from `have`; waits up to `waitMs` for a new one. A gateway that waits
   * here is connected.
   */
  snapshot(
    gateway: GatewayIdentity,
    have: string | undefined,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<Snapshot | undefined>
  /** Tells that this gateway serves `digest`. */
  applied(gateway: GatewayIdentity, digest: string): Promise<void>
  report(calls: CallRecord[], feedback: Feedback[]): Promise<void>
  blob(digest: string): Promise<Uint8Array | undefined>
}

/** What the control plane asks of guardrails apart from calls: whether rules can run, and how good they are. */
export interface GuardrailBench {
  /** Changes when detectors do, so that everything is measured again. */
  revision: string
  /** @throws Error saying which option is wrong and what to do */
  check(rule: GuardrailRule): void
  /** One point per zone in which the rule looks and texts stand. */
  measure(rule: GuardrailRule, texts: readonly LabelledText[], signal: AbortSignal): Promise<OperatingPoint[]>
}

export interface LabelledText {
  text: string
  zone: string
  /** It should be found. */
  positive: boolean
}

export interface OperatingPoint {
  zone: string
  /** Absent when there was no such text. */
  detection?: Share
  falsePositives?: Share
}

/** With its 95 % interval by Wilson (1927). */
export interface Share {
  count: number
  of: number
  rate: number
  low: number
  high: number
}
