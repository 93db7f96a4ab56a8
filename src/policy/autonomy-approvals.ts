import { type Effective, samePerson, userOfLogin } from './autonomy.ts'
import type { RiskClass } from './risk.ts'

/** A decision in spec.decisions, as the server stamped it. */
export interface Decision {
  action: 'approve' | 'reject' | 'withdraw'
  reason: string
  by?: string | undefined
  at?: string | undefined
}

/** What a reviewer said in the forge. */
export interface ForgeReview {
  login: string
  verdict: 'approved' | 'changes-wanted'
  at?: string
}

export interface Approval {
  user: string
  via: string
  at?: string
}

export interface Count {
  /** One for each person, in the order they approved here, then in the forge. */
  approvals: Approval[]
  /** What does not count, and why. */
  ignored: string[]
  /** The decision that ended it. */
  ended?: { as: 'Rejected' | 'Withdrawn'; by: string; reason: string }
  /** Reviewers who want changes first. */
  changesWanted: string[]
}

/** Users of the API server itself: automation, never people. */
const isSystem = (user: string): boolean => user.startsWith('system:')

/** Whether automation made it, or nobody knows who did. */
export const byAutomation = (createdBy: string | undefined): boolean =>
  createdBy === undefined || isSystem(createdBy)

/**
 * Who approved, rejected or withdrew. People count once, authors and automation never, others only when policy lists
 * them. A reviewer counts as the user that policy says has this login.
 * @param authors users and mails of those who made it, or for whom it was made
 */
export function countApprovals(
  given: { decisions: readonly Decision[]; reviews: readonly ForgeReview[]; forge: string },
  policy: Effective,
  authors: readonly string[],
): Count {
  const count: Count = { approvals: [], ignored: [], changesWanted: [] }
  const isAuthor = (user: string) => authors.some(author => samePerson(policy, author, user))
  const refusal = (user: string): string | undefined => {
    if (isSystem(user)) return 'automation does not approve'
    if (isAuthor(user)) return 'nobody approves what is their own'
    if (policy.approvers && !policy.approvers.has(user))
      return `not among the approvers of ${policy.sources.join(', ')}`
    return undefined
  }
  const approve = (approval: Approval): void => {
    const why = refusal(approval.user)
    if (why) count.ignored.push(`${approval.user}: ${why}`)
    else if (!count.approvals.some(({ user }) => samePerson(policy, user, approval.user)))
      count.approvals.push(approval)
  }
  for (const { action, reason, by = '', at } of given.decisions) {
    if (count.ended) break
    if (action === 'approve') approve({ user: by, via: 'keelway', ...(at !== undefined && { at }) })
    else if (action === 'withdraw' && !isAuthor(by)) count.ignored.push(`${by}: only its author withdraws it`)
    else if (action === 'reject' && refusal(by) && !isAuthor(by)) count.ignored.push(`${by}: ${refusal(by)}`)
    else count.ended = { as: action === 'reject' ? 'Rejected' : 'Withdrawn', by, reason }
  }
  for (const { login, verdict, at } of given.reviews) {
    const user = userOfLogin(policy, login)
    if (verdict === 'changes-wanted') count.changesWanted.push(user ?? login)
    else if (user === undefined)
      count.ignored.push(
        `${login} of ${given.forge}: add a user with this login to spec.reviewers of an Autonomy`,
      )
    else approve({ user, via: given.forge, ...(at !== undefined && { at }) })
  }
  return count
}

/** People who have to approve. 0 in mode auto only, and never where automation keeps changing the same thing. */
export function quorumOf(policy: Effective, risk: RiskClass, flapping: boolean): number {
  const wanted = policy.approvals[risk]
  return policy.mode === 'auto' && !flapping ? wanted : Math.max(1, wanted)
}
