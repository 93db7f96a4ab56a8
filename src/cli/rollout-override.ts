import { decisionCommand } from './rollout-decide.ts'

export const rolloutOverride = decisionCommand(
  'rollout override',
  'override',
  'Let a rejected or rolled-back release be tried again.',
)
