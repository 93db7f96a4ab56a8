import type { CallRecord, Feedback } from '../telemetry/telemetry.ts'
import type { Snapshot } from './snapshot.ts'

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
