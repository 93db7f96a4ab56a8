import type { GuardResult } from '../../telemetry/telemetry.ts'
import { GatewayError } from '../failure.ts'

/** The first verdict that blocks, as an error for the client: it names guardrail and rule, never the text. */
export function refusalOf(results: readonly GuardResult[]): GatewayError | undefined {
  const blocking = results.find(({ action }) => action === 'block')
  if (!blocking) return undefined
  const { guardrail, rule, zone, verdict, reason } = blocking
  return verdict === 'failed'
    ? new GatewayError(
        'guardrail_failed',
        `rule ${rule} of guardrail ${guardrail} could not run on the ${zone} text and the guardrail fails closed; try again, and see the gateway's metrics if it stays`,
      )
    : new GatewayError(
        'content_blocked',
        `blocked by rule ${rule} of guardrail ${guardrail}: ${reason ?? 'found'} in the ${zone} text`,
      )
}
