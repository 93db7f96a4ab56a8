import { approval } from './approval.ts'
import { evaluation } from './evaluation.ts'
import type { Gate } from './gate.ts'

/** Every gate a ModelRoute can name; each is called after its field in `spec.gates[]`. */
export const gates: readonly Gate[] = [evaluation as Gate, approval as Gate]
