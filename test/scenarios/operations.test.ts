import { expect, test } from 'vitest'
import { Delivery } from '../../src/api/kinds/delivery.ts'
import type { Incident } from '../../src/api/kinds/incident.ts'
import type { Proposal } from '../../src/api/kinds/proposal.ts'
import { type Operations, operations } from '../operations.ts'
import { calm, calmFiles, type Story, stories } from './stories.ts'

/** The path that every mended fault takes; only what broke and what mends it differ. */
async function walk(story: Story): Promise<{ incident: Incident; proposal: Proposal; at: Operations }> {
  const at = await operations(story.files)
  const { client } = at.world
  await story.before?.(at)
  for (const { files, title } of story.commits ?? []) {
    await at.world.advance(60_000)
    await at.repository.commit(title, files)
    await at.until(`${title} is applied`, async () => {
      const head = await at.repository.git('rev-parse', 'HEAD')
      const { items } = await client.list(Delivery)
      if (!items.every(({ status }) => status?.revision === head)) return undefined
      const window = { from: 0, to: at.world.clock.now() + 1 }
      const told = await at.world.signals.changes({ window, limit: 1000 })
      return told.some(({ attributes }) => attributes['git.commit'] === head) ? true : undefined
    })
  }
  await story.breaks(at)
  await at.alert(story.service, story.alert, story.message)
  const incident = await at.until('the incident is diagnosed', async () => {
    const found = await at.incident()
    return found?.status?.diagnosis ? found : undefined
  })
  const [proposal] = await at
    .until('there is a proposal', async () => {
      const found = await at.proposals()
      return found.length > 0 ? found : undefined
    })
    .catch(async (error: Error) => {
      const { status } = (await at.incident()) ?? {}
      throw new Error(
        `${error.message}: ${JSON.stringify({ top: status?.hypotheses?.[0], diagnosis: status?.diagnosis })}`,
      )
    })
  if (!proposal) throw new Error('unreachable')
  return { incident, proposal, at }
}

test.each(stories.map(story => [story.title, story] as const))(
  '%s',
  async (_, story) => {
    const { incident, proposal, at } = await walk(story)
    await using _at = at
    const { client } = at.world
    expect(incident.status?.hypotheses?.[0]?.statement).toMatch(story.says)
    expect(proposal.spec.skill).toBe(story.skill)
    expect(proposal.spec.hypothesis?.statement).toMatch(story.says)
    expect(proposal.spec.evidence).not.toEqual([])
    const { name } = proposal.metadata
    const phase = async () => (await at.proposals()).find(({ metadata }) => metadata.name === name)?.status
    const waiting = await at
      .until('it waits for approval', async () => {
        const status = await phase()
        return status?.phase === 'Proposed' ? status : undefined
      })
      .catch(async (error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(await phase())}`)
      })
    expect(waiting.gates?.map(({ state }) => state)).not.toContain('closed')
    expect(await story.well(client)).toBe(false)
    await at.decide('bob', name)
    await at
      .until('what was applied is well', async () => ((await story.well(client)) ? true : undefined))
      .catch(async (error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(await phase())}`)
      })
    await story.mended?.(at)
    await at.calm(story.service, story.alert)
    await at
      .until('it is verified', async () => ((await phase())?.phase === 'Verified' ? true : undefined))
      .catch(async (error: Error) => {
        throw new Error(`${error.message}: ${JSON.stringify(await phase())}`)
      })
    const actions = (await at.world.ledger.list({ subject: `Proposal/default/${name}` })).map(
      ({ action }) => action,
    )
    expect(actions).toEqual(expect.arrayContaining(['approval', 'merge', 'verified']))
  },
  60_000,
)

test.each(calm.map(story => [story.title, story] as const))(
  'nothing is changed for %s',
  async (_, { service, alert, message, shows, says }) => {
    await using at = await operations(calmFiles)
    await at.world.advance(60_000)
    await shows(at)
    await at.alert(service, alert, message)
    const { status } = await at.until('the incident is diagnosed', async () => {
      const found = await at.incident()
      return found?.status?.diagnosis ? found : undefined
    })
    const top = status?.hypotheses?.[0]
    if (says) expect(top?.statement).toMatch(says)
    else expect(top?.statement).toBeUndefined()
    expect(top?.cause.kind ?? 'external').toBe('external')
    for (let i = 0; i < 4; i++) await at.until('time passes', async () => i, 1)
    expect(await at.proposals()).toEqual([])
    expect(await at.repository.git('rev-list', '--count', '--all')).toBe('1')
  },
  60_000,
)
