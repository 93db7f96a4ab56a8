import type { Gate } from './gate.ts'

/** Open when enough different people approved this very release. */
export const approval: Gate<{ count: number }> = {
  name: 'approval',
  async check({ config, release }) {
    const approved = release.spec.decisions.filter(({ action }) => action === 'approve').map(({ by }) => by)
    const people = [...new Set(approved.filter(person => person !== undefined))]
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
