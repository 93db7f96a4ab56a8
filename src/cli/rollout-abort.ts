import { decisionCommand } from './rollout-decide.ts'

export const rolloutAbort = decisionCommand(
  'rollout abort',
  'abort',
  'Take all traffic away from a candidate and put its content on hold.',
)
