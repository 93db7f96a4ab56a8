import type { Gate } from './gate.ts'

/**
 * Open when enough different people approved this very release. Nobody approves a change of his own: a user whose name
 * is the mail address of the commit's author is that author.
 */
export const approval: Gate<{ count: number }> = {
  name: 'approval',
  async check({ config, release }) {
    const authors = new Set((release.status?.commits ?? []).map(({ author }) => mailOf(author)))
    const approved = release.spec.decisions.filter(({ action }) => action === 'approve').map(({ by }) => by)
    const people = [...new Set(approved.filter(person => person !== undefined && !authors.has(person)))]
    const enough = people.length >= config.count
    return {
      state: enough ? 'open' : 'waiting',
      reason: enough ? 'Approved' : 'ApprovalNeeded',
      message: enough
        ? `approved by ${people.join(', ')}`
        : `${people.length} of ${config.count} approvals: keelway approve ${release.metadata.name} --reason "…" adds one`,
    }
  },
}

const mailOf = (author: string): string => /<([^>]*)>$/.exec(author)?.[1] ?? author
