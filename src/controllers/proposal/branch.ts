import { GitMoved, type NewContent } from '../../git/git.ts'
import { keyOf } from './declared.ts'
import type { Place } from './place.ts'
import { type Rendered, render } from './rendering.ts'
import { AUTHOR, branchOf, commitMessage } from './texts.ts'
import { Held, note, type Work } from './work.ts'

/** The commit that the rendered files make on a base; the same each time. */
export const commitOn = (
  { proposal, context }: Pick<Work, 'proposal' | 'context'>,
  { git, remote }: Place,
  base: string,
  files: Record<string, NewContent>,
): Promise<string> =>
  git.make(
    remote,
    {
      base,
      files,
      message: commitMessage(proposal),
      author: AUTHOR,
      at: proposal.metadata.creationTimestamp ?? '1970-01-01T00:00:00Z',
    },
    context.signal,
  )

/** Commits of this proposal that were ever to be pushed, by the ledger, newest last. */
export const knownCommits = ({ entries }: Work): { revision: string; base: string }[] =>
  entries
    .filter(({ action }) => action === 'proposal-branch')
    .map(({ data }) => ({ revision: String(data.revision), base: String(data.base) }))

/**
 * Brings the branch about: made on the newest commit, or left where it is as long as nobody else has changed its files,
 * so that reviews stay. Written to the ledger before it is pushed.
 * @returns where it is
 * @throws Held when somebody else has pushed to it
 */
export async function bringBranch(
  work: Work,
  place: Place,
  head: string,
  rendered: Rendered,
): Promise<{ name: string; revision: string; base: string }> {
  const { proposal, context } = work
  const name = proposal.status.branch?.name ?? branchOf(proposal)
  const now = await place.git.head(place.remote, name, context.signal)
  const known = knownCommits(work)
  const ours = known.find(({ revision }) => revision === now)
  if (now !== undefined && !ours)
    throw new Held(
      'BranchChanged',
      `branch ${name} has commits of others: they are not merged from here; merge it yourself, or delete the branch`,
      60_000,
    )
  if (ours && (await stillFits(work, place, ours.base, head))) return { name, ...ours }
  const revision = await commitOn(work, place, head, rendered.files)
  await noteCommit(work, place, rendered, { branch: name, revision, base: head })
  try {
    await place.git.move(place.remote, { branch: name, from: now, to: revision }, context.signal)
  } catch (error) {
    if (!(error instanceof GitMoved)) throw error
    throw new Held(
      'BranchRefused',
      `${error.message}; allow pushes to keelway/ branches, or delete it`,
      60_000,
    )
  }
  return { name, revision, base: head }
}

/** Writes down a commit before it is pushed, so that it is known wherever it shows up. */
export async function noteCommit(
  work: Work,
  place: Place,
  rendered: Rendered,
  commit: { branch: string; revision: string; base: string },
): Promise<void> {
  if (knownCommits(work).some(({ revision }) => revision === commit.revision)) return
  await note(work, 'proposal-branch', commit.revision, { ...commit, objects: thingsOf(rendered, place) })
}

/**
 * Names under which no two changes may be on their way at once: objects, and files that hold none.
 */
export function thingsOf(
  { objects, otherFiles, outside }: Pick<Rendered, 'objects' | 'otherFiles' | 'outside'>,
  { delivery: { metadata } }: Pick<Place, 'delivery'>,
): string[] {
  const files = [...otherFiles, ...outside].map(file => `${metadata.namespace}/${metadata.name}:${file}`)
  return [...objects.map(keyOf), ...files]
}

/** Whether its files have at the newest commit what they had where the branch was made. */
export async function stillFits(
  { proposal, context }: Work,
  place: Place,
  base: string,
  head: string,
): Promise<boolean> {
  if (base === head) return true
  const { git, remote } = place
  for (const { file } of proposal.spec.changes) {
    const [a, b] = await Promise.all(
      [base, head].map(async revision => {
        const files = await git.files(remote, revision, file, context.signal)
        return files.some(({ path }) => path === file)
          ? Buffer.from(await git.read(remote, revision, file, 64 * 1024 * 1024, context.signal))
          : undefined
      }),
    )
    if (a === undefined || b === undefined ? a !== b : !a.equals(b)) return false
  }
  return true
}

export const sourceOf = (place: Place, signal: AbortSignal) => ({
  git: place.git,
  remote: place.remote,
  folder: place.delivery.spec.path,
  namespace: place.delivery.metadata.namespace ?? '',
  signal,
})

/** What it makes of the newest commit, seen from the one it was made for. */
export const renderOn = ({ proposal, context }: Work, place: Place, head: string, since: string) =>
  render(proposal.spec.changes, head, since, sourceOf(place, context.signal))
