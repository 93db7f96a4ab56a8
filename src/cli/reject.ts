import { approvalCommand } from './approval.ts'

export const reject = approvalCommand(
  'reject',
  'Reject a proposal, or take back a release that waits or is tried.',
  'abort',
  { withdraw: { type: 'boolean', summary: 'of a proposal of your own: take it back' } },
)
