import { isAlreadyExists } from '../../api/errors.ts'
import { apiVersionOf } from '../../api/kind.ts'
import { Proposal } from '../../api/kinds/proposal.ts'
import { digestOf, shortDigest } from '../../lib/digest.ts'
import { parseDuration } from '../../lib/duration.ts'
import { done, type Outcome } from '../runtime/reconciler.ts'
import type { Place } from './place.ts'
import { end } from './record.ts'
import { observe } from './verification.ts'
import { goesOn, LOOK_MS, type Work } from './work.ts'

const WATCH_MS = 30_000

/** After the merge: waits until it is applied, then watches the signal until that is well or its time is over. */
export async function follow(work: Work, place: Place): Promise<Outcome> {
  const { proposal } = work
  const { status, spec } = proposal
  if (status.appliedAt === undefined) {
    const waits = await applied(work, place)
    if (waits) return waits
  }
  const recorder = { ledger: work.ledger, context: work.context }
  if (spec.reverts !== undefined) {
    const message = 'what it restored is applied'
    await end(proposal, recorder, 'Verified', message, { learn: false })
    return done
  }
  return verified(work)
}

/** Notes that it is applied, or says what it waits for. */
async function applied(work: Work, { git, remote, delivery }: Place): Promise<Outcome | undefined> {
  const { proposal, context, ledger } = work
  const { status, spec } = proposal
  const { merge } = status
  if (!merge) throw new Error('it is not merged')
  const revision = delivery.status?.revision
  const there =
    revision !== undefined && (await git.contains(remote, revision, merge.revision, context.signal))
  if (!there) {
    const refusal = delivery.status?.history?.find(
      entry => entry.revision === merge.revision && entry.result === 'refused',
    )
    if (refusal) {
      const message = `Delivery ${spec.delivery} refused it: ${refusal.message ?? 'no reason given'}`
      await end(proposal, { ledger, context }, 'Ineffective', message)
      return done
    }
    const why = delivery.spec.suspend ? `: it is suspended, set spec.suspend to false` : ''
    return goesOn(
      'WaitsForSync',
      `Delivery ${spec.delivery} has not applied ${merge.revision.slice(0, 12)} yet${why}`,
      LOOK_MS,
    )
  }
  const now = context.clock.now()
  status.appliedAt = new Date(now).toISOString()
  status.verifyBy = new Date(now + parseDuration(spec.expected.within)).toISOString()
  status.phase = 'Verifying'
  context.event('Normal', 'Applied', `Delivery ${spec.delivery} has applied it`)
  return undefined
}

async function verified(work: Work): Promise<Outcome> {
  const { proposal, context, ledger, dependencies } = work
  const { status } = proposal
  const appliedAt = Date.parse(status.appliedAt ?? '')
  const until = Date.parse(status.verifyBy ?? '')
  const now = context.clock.now()
  const { state, text, since } = await observe(proposal, appliedAt, dependencies, context)
  status.observed = text
  const recorder = { ledger, context }
  if (state === 'well') {
    // What got well before anything was merged got well by itself.
    const learn = since === undefined || since >= Date.parse(status.merge?.at ?? '')
    const late = learn ? '' : ', since before it was merged: nothing is learnt from it'
    await end(proposal, recorder, 'Verified', `${text}${late}`, { observed: text, learn })
    return done
  }
  if (now >= until) {
    const message = `${text}, ${proposal.spec.expected.within} after it was applied`
    await end(proposal, recorder, 'Ineffective', message, { observed: text })
    return done
  }
  return goesOn('Verifying', `${text}; it has until ${status.verifyBy}`, Math.min(WATCH_MS, until - now))
}

/** The Proposal that takes back one that did not help. Its name comes from that one, so that there is one. */
export async function proposeRevert({ proposal, context }: Work): Promise<void> {
  const { metadata, spec, status } = proposal
  const { merge } = status
  if (!merge || spec.reverts !== undefined || status.revert !== undefined) return
  const name = revertName(metadata.name)
  const files = [...new Set(spec.changes.map(({ file }) => file))]
  try {
    await context.client.create(Proposal, {
      apiVersion: apiVersionOf(Proposal),
      kind: 'Proposal',
      metadata: { name, namespace: metadata.namespace ?? '', labels: { 'keelway.dev/skill': 'rollback' } },
      spec: {
        delivery: spec.delivery,
        title: `Take back: ${spec.title}`.slice(0, 120),
        why: `Proposal ${metadata.name} did not do what it was made for: ${status.message ?? ''}. Its files get back what they had before.`,
        skill: 'rollback',
        ...(spec.incident !== undefined && { incident: spec.incident }),
        evidence: [
          {
            source: `Proposal/${metadata.namespace}/${metadata.name}`,
            detail: status.message ?? 'ineffective',
          },
        ],
        changes: files.map(file => ({ file, restore: merge.onto })),
        expected: spec.expected,
        reverts: metadata.name,
      },
    })
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
  status.revert = name
  context.event('Normal', 'RevertProposed', `Proposal ${name} takes it back`)
}

const revertName = (name: string): string =>
  name.length <= 246 ? `${name}-revert` : `${name.slice(0, 230)}-${shortDigest(digestOf(name))}-revert`
