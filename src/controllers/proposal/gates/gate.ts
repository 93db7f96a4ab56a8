import type { Kind } from '../../../api/kind.ts'
import type { Proposal } from '../../../api/kinds/proposal.ts'
import type { Context } from '../../runtime/reconciler.ts'
import type { Place } from '../place.ts'
import type { Rendered } from '../rendering.ts'

/**
 * GATE of proposals: may a person be asked about this, and may it still be merged? Asked before anybody sees it and again
 * right before it is merged, on the newest commit. A gate writes nothing; one that can not tell throws, and is asked again.
 */
export interface ProposalGate {
  name: string
  check(question: Question): Promise<Answer>
}

export interface Question {
  proposal: Pick<Proposal, 'metadata' | 'spec'>
  place: Place
  rendered: Rendered
  /** Every kind that the server has by definition. */
  kinds: readonly Kind[]
  context: Pick<Context, 'informer' | 'client' | 'signal'>
}

export interface Answer {
  state: 'open' | 'closed'
  /** What was looked at or what is wrong, and what to do. */
  message: string
}

export const open = (message: string): Answer => ({ state: 'open', message })
export const closed = (message: string): Answer => ({ state: 'closed', message: cut(message) })

const cut = (text: string): string => (text.length > 900 ? `${text.slice(0, 899)}…` : text)

/** The first few of many, and how many more there are. */
export function listed(items: readonly string[], most = 5): string {
  const more = items.length - most
  return [...items.slice(0, most), ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}
