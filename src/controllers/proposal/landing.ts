import type { PullRequest } from '../../git/forges/forge.ts'
import { knownCommits, renderOn, stillFits } from './branch.ts'
import { existing } from './limits.ts'
import type { Place } from './place.ts'
import { note, type Work } from './work.ts'

/**
 * Whether it is in the ref by now, whoever brought it there: the forge says so, one of its commits is reachable, or the
 * files say what its branch says (a squash). Writes the merge down when it is.
 */
export async function landed(
  work: Work,
  place: Place,
  head: string,
  pull: PullRequest | undefined,
): Promise<boolean> {
  const known = knownCommits(work).toReversed()
  const [newest] = known
  if (!newest) return false
  if (pull?.state === 'merged') {
    const own = known.find(({ revision }) => revision === pull.head) ?? newest
    await noteMerge(work, { revision: pull.mergedAs ?? head, onto: own.base, commit: own.revision })
    return true
  }
  for (const { revision, base } of known) {
    // As long as its files are what they were there, it can not have come into the ref.
    if (await stillFits(work, place, base, head)) continue
    if (!(await place.git.contains(place.remote, head, revision, work.context.signal))) continue
    await noteMerge(work, { revision, onto: base, commit: revision })
    return true
  }
  const rendered = await renderOn(work, place, head, work.proposal.status.since ?? head)
  if (rendered.result !== 'said') return false
  await work.flights.refresh()
  // Where another proposal is on its way, that one said it.
  if (work.flights.busy(thingsSeen(work), work.proposal.metadata.uid ?? '', existing(work.context)))
    return false
  await noteMerge(work, { revision: head, onto: newest.base, commit: newest.revision })
  return true
}

/** What it was last seen to change, which can not be told from Git any more. */
function thingsSeen({ entries }: Work): string[] {
  const { objects } = entries.findLast(({ action }) => action === 'proposal-branch')?.data ?? {}
  return Array.isArray(objects) ? objects.map(String) : []
}

/** Writes down that it is in the ref: ledger, then status. */
export async function noteMerge(
  work: Work,
  { revision, onto, commit }: { revision: string; onto: string; commit: string },
): Promise<void> {
  const { entries, context } = work
  const { status } = work.proposal
  const approved = entries.some(({ action, data }) => action === 'approval' && data.revision === commit)
  const entry = await note(work, 'merge', '', {
    revision,
    onto,
    by: approved ? 'keelway' : 'people',
    objects: thingsSeen(work),
  })
  const { data, at } = entry
  const by = data.by === 'keelway' ? 'keelway' : 'people'
  status.merge = { revision: String(data.revision), onto: String(data.onto), at, by }
  status.phase = 'Merged'
  if (status.pullRequest) status.pullRequest.state = 'merged'
  context.event('Normal', 'Merged', `commit ${status.merge.revision.slice(0, 12)} holds it`)
}
