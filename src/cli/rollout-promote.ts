import { decisionCommand } from './rollout-decide.ts'

export const rolloutPromote = decisionCommand(
  'rollout promote',
  'promote',
  'Promote a candidate now, skipping its remaining steps.',
)
