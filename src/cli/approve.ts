import { approvalCommand } from './approval.ts'

export const approve = approvalCommand(
  'approve',
  'Approve a proposal, or a release that waits at an approval gate.',
  'approve',
)
