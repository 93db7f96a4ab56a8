import { isAlreadyExists } from '../api/errors.ts'
import { apiVersionOf } from '../api/kind.ts'
import { Proposal, type ProposalDraft } from '../api/kinds/proposal.ts'
import type { Client } from '../client/client.ts'
import { digestOfValue, shortDigest } from '../lib/digest.ts'
import { isOpen, phaseOf } from './guardian.ts'

/** The user that automation is. */
export const AUTOMATION = 'system:keelway'

/** What became of a draft that was let through. */
export interface Proposed {
  name: string
  namespace: string
  title: string
  /** False: it was there already. */
  created: boolean
  /** Of one that was there: where it is. */
  phase?: string
}

/** Times that the same change may be proposed again after it was carried out. */
const mostRounds = 20
/** Ends after which the same may be proposed anew; what people rejected or gates refused may not. */
const over = ['Verified', 'Reverted', 'Ineffective', 'Superseded', 'Expired', 'Withdrawn']

/** From what it changes, so that asking twice makes one: words, evidence and confidence do not count. */
export const proposalName = ({ skill, delivery, changes, reverts }: ProposalDraft, round: number): string =>
  `${skill}-${shortDigest(digestOfValue({ skill, delivery, changes, ...(reverts !== undefined && { reverts }) }))}${round > 1 ? `-${round}` : ''}`

/** Who proposes: automation makes it, as far as the user may whom it is for. */
export interface Proposer {
  user: string
  client: Client
  automation: Client
}

/**
 * Makes a Proposal of a draft, or finds the one that was made of an equal one. One that is over does not stand in the
 * way of proposing the same again; one that people rejected does. It is made by automation, so that policy holds it to
 * what automation may, and for the user, who then can not approve it.
 */
export async function propose(
  { user, client, automation }: Proposer,
  namespace: string,
  draft: ProposalDraft,
): Promise<Proposed> {
  const { title } = draft
  for (let round = 1; ; round++) {
    const name = proposalName(draft, round)
    const object = {
      apiVersion: apiVersionOf(Proposal),
      kind: 'Proposal',
      metadata: { name, namespace, labels: { 'keelway.dev/skill': draft.skill } },
      spec: { ...draft, ...(user !== AUTOMATION && { onBehalfOf: user }) },
    }
    try {
      if (user !== AUTOMATION) await client.create(Proposal, object, { dryRun: true })
      await automation.create(Proposal, object)
      return { name, namespace, title, created: true }
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
    }
    const known = await automation.find(Proposal, name, namespace)
    const phase = known ? phaseOf(known) : ''
    if (known && round < mostRounds && over.includes(phase)) continue
    return { name, namespace, title, created: false, ...(known && !isOpen(known) && { phase }) }
  }
}

/** The open Proposal of an equal draft, if there is one. */
export async function findProposed(
  client: Client,
  namespace: string,
  draft: ProposalDraft,
): Promise<Proposed | undefined> {
  for (let round = 1; round <= mostRounds; round++) {
    const name = proposalName(draft, round)
    const known = await client.find(Proposal, name, namespace)
    if (!known) return undefined
    if (isOpen(known)) return { name, namespace, title: draft.title, created: false, phase: phaseOf(known) }
  }
  return undefined
}
