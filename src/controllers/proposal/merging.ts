import { ForgeError, type PullRequest } from '../../git/forges/forge.ts'
import { GitMoved } from '../../git/git.ts'
import type { Effective } from '../../policy/autonomy.ts'
import type { Approval } from '../../policy/autonomy-approvals.ts'
import { done, type Outcome } from '../runtime/reconciler.ts'
import { askGates } from './asking.ts'
import { commitOn, knownCommits, noteCommit, thingsOf } from './branch.ts'
import { noteMerge } from './landing.ts'
import { checkMerge } from './limits.ts'
import type { Place } from './place.ts'
import { plainLine } from './plain-text.ts'
import type { Rendered } from './rendering.ts'
import { goesOn, Held, note, type Work } from './work.ts'

interface Approved {
  work: Work
  place: Place
  /** The newest commit of the ref. */
  head: string
  rendered: Rendered
  policy: Effective
  request: PullRequest | undefined
  branch: { revision: string; base: string }
  approvals: readonly Approval[]
  quorum: number
}

/**
 * Merges what is approved: gates look once more at what it makes of the newest commit, the decision goes to the ledger,
 * and then the ref moves, from the very commit that was looked at and to no other. On a forge the pull request is merged
 * there, so that its own rules hold too.
 */
export async function merge(approved: Approved): Promise<Outcome> {
  const { work, place, head, rendered, policy } = approved
  checkMerge(work, policy, thingsOf(rendered, place))
  if (!(await askGates(work, place, rendered, head))) return done
  const merged = place.forge && approved.request ? await inForge(approved) : await inRef(approved)
  await noteMerge(work, merged)
  return goesOn('Merged', 'it is merged', 0)
}

interface Merged {
  revision: string
  onto: string
  commit: string
}

async function inForge({ place, request, branch, ...approved }: Approved): Promise<Merged> {
  const { work } = approved
  const { revision, base } = branch
  const { forge } = place
  if (!forge || !request) throw new Error('there is no pull request to merge')
  await approve(approved, place, revision, base)
  const title = `Merge ${plainLine(work.proposal.spec.title, 120)}`
  try {
    const pull = await forge.merge(request.number, { head: revision, title }, work.context.signal)
    return { revision: pull.mergedAs ?? revision, onto: base, commit: revision }
  } catch (error) {
    if (!(error instanceof ForgeError) || error.retryable) throw error
    throw new Held('NotMergeable', `${forge.name} does not merge ${request.url}: ${error.message}`, 60_000)
  }
}

async function inRef({ work, place, head, rendered, ...approved }: Approved): Promise<Merged> {
  const { git, remote, ref } = place
  const { signal } = work.context
  for (const { revision, base } of knownCommits(work))
    if (await git.contains(remote, head, revision, signal)) return { revision, onto: base, commit: revision }
  const revision =
    approved.branch.base === head
      ? approved.branch.revision
      : await commitOn(work, place, head, rendered.files)
  const { status } = work.proposal
  const branch = status.branch?.name ?? ''
  await noteCommit(work, place, rendered, { branch, revision, base: head })
  try {
    // The branch says what is merged, so that nobody merges an older make of it beside.
    await git.move(remote, { branch, from: approved.branch.revision, to: revision }, signal)
    status.branch = { name: branch, revision }
    status.base = head
    await approve({ work, rendered, ...approved }, place, revision, head)
    await git.move(remote, { branch: ref, from: head, to: revision }, signal)
  } catch (error) {
    if (!(error instanceof GitMoved)) throw error
    throw new Held('NotMerged', `${error.message}; it is tried again on what is there then`, 5000)
  }
  return { revision, onto: head, commit: revision }
}

/** The decision to merge, before anything moves. */
const approve = (
  {
    work,
    rendered,
    policy,
    approvals,
    quorum,
  }: Pick<Approved, 'work' | 'rendered' | 'policy' | 'approvals' | 'quorum'>,
  place: Place,
  revision: string,
  base: string,
) =>
  note(work, 'approval', revision, {
    revision,
    base,
    quorum,
    approvals,
    mode: policy.mode,
    policies: policy.sources,
    risk: work.proposal.status.risk,
    objects: thingsOf(rendered, place),
  })
