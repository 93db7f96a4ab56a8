import { budget } from './budget.ts'
import { dryRun } from './dry-run.ts'
import { evaluation } from './evaluation.ts'
import type { ProposalGate } from './gate.ts'
import { policy } from './policy.ts'
import { renders } from './renders.ts'
import { schema } from './schema.ts'

/** Gates of proposals, the cheapest first. */
export const gates: readonly ProposalGate[] = [renders, schema, policy, budget, evaluation, dryRun]
