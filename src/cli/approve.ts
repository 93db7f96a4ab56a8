import { decisionCommand } from './rollout-decide.ts'

export const approve = decisionCommand(
  'approve',
  'approve',
  'Approve a release that waits at an approval gate.',
)
