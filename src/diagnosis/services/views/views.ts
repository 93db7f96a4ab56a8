import { absence } from './absence.ts'
import { errorSpans } from './error-spans.ts'
import { failingService } from './failing-service.ts'
import { logErrors } from './log-errors.ts'
import { logPattern } from './log-pattern.ts'
import { saturation } from './saturation.ts'
import { slowEdge } from './slow-edge.ts'
import { slowOperation } from './slow-operation.ts'
import { slowService } from './slow-service.ts'
import type { View } from './view.ts'

/**
 * From causes towards effects: what is used up makes slow, what is slow makes errors and gaps in the logs, and hardly ever
 * the other way round. Of views that are clear, the first leads.
 */
export const views: readonly View[] = [
  ...[saturation, slowEdge, slowOperation, slowService],
  ...[errorSpans, failingService, logPattern, logErrors, absence],
]
