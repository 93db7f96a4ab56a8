import { expect, test } from 'vitest'
import { RouteRelease } from '../../src/api/kinds/route-release.ts'
import { type FaultyTransport, faultyTransport } from '../../src/client/transport.faulty.ts'
import { type Random, seededRandom } from '../../src/lib/random.ts'
import type { PromptVersion } from '../desk.ts'
import { apply, live, routeOf, setPrompt, wantedOf } from '../rollout.ts'
import { testWorld, type World } from '../world.ts'

const WORLDS = 16

const faults = {
  refuse: 0.01,
  loseAnswer: 0.01,
  duplicate: 0.1,
  reorder: 0.1,
  drop: 0.02,
  cut: 0.02,
  expire: 0.05,
}

/** Wide enough for as many looks at 24 rows as there are changes. */
const evaluation = { criteria: [{ scorer: 'correct', condition: 'n > 0.5 +/- 0.35' }], steps: 16 }

test(`in ${WORLDS} worlds with lost, repeated and late events and 410s, what was rejected or rolled back stays so`, async () => {
  const outcomes = new Map<string, number>()
  for (let seed = 1; seed <= WORLDS; seed++) {
    const random = seededRandom(seed)
    let faulty: FaultyTransport | undefined
    // An event that is held back waits for a later one, which in a quiet world may never come.
    const disconnect = () => {
      if (random() < 0.5) faulty?.disconnect()
    }
    await using world = await testWorld({
      through: transport => {
        faulty = faultyTransport(transport, random, faults)
        return faulty
      },
    })
    const ended = await playUnderFaults(world, random, disconnect)
    faulty?.heal()
    await world.churn(60_000)
    await world.advance(2000)
    await checkEnd(world, ended)
    for (const outcome of ended.values()) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  expect(outcomes.get('Rejected')).toBeGreaterThan(WORLDS / 4)
  expect(outcomes.get('RolledBack')).toBeGreaterThan(WORLDS / 4)
}, 120_000)

/** Whether the release of this prompt serves, or was found to be bad. */
async function hasEnded(world: World, version: PromptVersion): Promise<boolean> {
  const { items } = await world.client.list(RouteRelease)
  const release = items.find(({ spec }) => JSON.stringify(spec.bundle).includes(`(${version})`))
  return ['Live', 'Rejected', 'RolledBack'].includes(release?.status?.phase ?? '')
}

/** Prompts change at random under traffic. @returns how releases were seen to end */
async function playUnderFaults(
  world: World,
  random: Random,
  disconnect: () => void,
): Promise<Map<string, string>> {
  const ended = new Map<string, string>()
  const note = async () => {
    for (const { metadata, status } of (await world.client.list(RouteRelease)).items) {
      const phase = status?.phase ?? ''
      expect(ended.get(metadata.name) ?? phase, metadata.name).toBe(phase)
      if (phase === 'Rejected' || phase === 'RolledBack') ended.set(metadata.name, phase)
    }
  }
  await apply(world, { rollout: { steps: [50] }, evaluation })
  for (let round = 0; round < 20 && !(await routeOf(world)).status?.stable; round++) {
    await world.churn(3000)
    disconnect()
  }
  const changes: PromptVersion[] = ['sly', 'broken', random() < 0.5 ? 'sly' : 'good', 'broken', 'fair', 'sly']
  for (const version of changes) {
    await setPrompt(world, version)
    // Some changes come before the one before has ended.
    const rounds = random() < 0.3 ? 2 : 25
    for (let round = 0; round < rounds && !(await hasEnded(world, version)); round++) {
      await world.traffic('refund', live.refund?.slice(0, 20) ?? [])
      await world.churn(3000)
      await note()
      disconnect()
    }
  }
  return ended
}

/** After the faults the loop comes to rest, and no answer ever came from where a gate was closed. */
async function checkEnd(world: World, ended: Map<string, string>): Promise<void> {
  const { items } = await world.client.list(RouteRelease)
  for (const [name, outcome] of ended) {
    const { status, spec } = items.find(({ metadata }) => metadata.name === name) ?? {}
    expect([name, status?.phase, status?.weight, status?.shadow]).toEqual([name, outcome, 0, false])
    expect((await routeOf(world)).status?.rejected?.map(({ digest }) => digest)).toContain(spec?.digest)
    const arms = (await world.telemetry.calls({ release: name, limit: 10_000 })).map(({ arm }) => arm)
    if (outcome === 'Rejected') expect(new Set(arms.filter(arm => arm !== 'evaluation'))).toEqual(new Set())
  }
  const answers = await world.traffic('refund', live.refund ?? [])
  const names = new Set(answers.map(({ release }) => release))
  expect([...names].filter(name => ended.has(name))).toEqual([])
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect((await wantedOf(world)).metadata.name).toBeDefined()
  expect(await world.ledger.verify()).toMatchObject({ intact: true })
}
