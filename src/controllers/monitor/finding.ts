import type { Resource } from '../../telemetry/signals/signal.ts'
import type { Severity } from '../../telemetry/slo/burn-alerts.ts'

/** What one look at a Monitor found. */
export interface Finding {
  /** What the Monitor is about, as signals name it. */
  resource: Resource
  /** Something is wrong: told until it is over. */
  symptom?: Symptom
  /** Condition of this name is True while there is a symptom. */
  condition: 'Burning' | 'Drifted'
  /** Reason of the condition while there is no symptom. */
  calm: string
  /** For Ready, and for the condition when there is no symptom. */
  message: string
  /** When to look again. */
  requeueMs: number
  /** Nothing can be said: what was told stays as it is. */
  unknown?: boolean
}

export interface Symptom {
  severity: Severity
  /** Machine word, such as `ErrorBudgetBurn`. */
  reason: string
  message: string
}
