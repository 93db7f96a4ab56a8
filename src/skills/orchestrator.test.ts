import { describe, expect, test } from 'vitest'
import { Autonomy } from '../api/kinds/autonomy.ts'
import { Incident } from '../api/kinds/incident.ts'
import { Proposal } from '../api/kinds/proposal.ts'
import type { Diagnosis, Hypothesis } from '../diagnosis/diagnosis.ts'
import { type OrchestratorWorld, orchestratorWorld } from './orchestrator.world.ts'
import { readRun } from './record/runs.ts'
import { draftFor, scale } from './skill.fake.ts'

const words = (text: string) => ({ kind: 'words', text, namespace: 'shop' }) as const
const proposals = async ({ client }: OrchestratorWorld) =>
  (await client.list(Proposal, { namespace: 'shop' })).items

const cause: Hypothesis = {
  rank: 1,
  statement: 'checkout has too few replicas.',
  cause: { kind: 'service', name: 'checkout' },
  class: 'scaling',
  confidence: 0.8,
  evidence: [],
  against: [],
  contributions: [],
  rules: ['too-few'],
  remedy: { skill: 'scale', input: { workload: 'checkout', replicas: 4 }, summary: 'run four of it' },
}
const likely = (...hypotheses: Hypothesis[]): Diagnosis => ({ abstained: false, hypotheses, rejected: [] })

describe('words', () => {
  test('are understood, said back, answered, recorded, told to the ledger, and repeated bit for bit', async () => {
    await using world = await orchestratorWorld()
    await world.logs('checkout', ['connection refused', 'timeout after 3000 ms'])
    const steps: string[] = []
    const run = await world.orchestrator.handle(words('why is checkout slow since noon?'), world.alice, {
      step: step => steps.push(step),
    })
    expect(run).toMatchObject({
      outcome: 'answered',
      readBy: 'words',
      skill: 'diagnose',
      understood: 'I understood: diagnose service checkout since 12:00 UTC in namespace shop.',
      input: { service: 'checkout', since: '2026-03-11T12:00:00Z' },
      output: { errors: 2 },
      text: 'checkout wrote 2 lines; the newest says: timeout after 3000 ms',
      proposals: [],
    })
    expect(steps).toEqual(run.steps)
    expect(steps).toContain('diagnose: reads logs of checkout')
    const [entry] = await world.ledger.list({ action: 'skill-run' })
    expect(entry).toMatchObject({
      actor: 'user:alice',
      subject: 'Skill/shop/diagnose',
      data: { record: run.record, outcome: 'answered' },
    })
    // The system has moved on since.
    await world.logs('checkout', ['more'])
    world.clock.advance(86_400_000)
    expect(await world.orchestrator.replay(run.record ?? '')).toMatchObject({ same: true })
  })

  test('that are none of ours are told what can be asked for', async () => {
    await using world = await orchestratorWorld()
    const run = await world.orchestrator.handle(words('what will the weather be tomorrow'), world.alice)
    expect(run.outcome).toBe('unclear')
    expect(run.text).toContain('scale: scale WORKLOAD to REPLICAS replicas')
    expect(await world.orchestrator.replay(run.record ?? '')).toMatchObject({ same: true })
  })

  test('with a slip are taken for what is meant, and it is said', async () => {
    await using world = await orchestratorWorld()
    const run = await world.orchestrator.handle(words('what is wrong with chekcout'), world.alice)
    expect(run).toMatchObject({ input: { service: 'checkout' }, notes: ['I took "chekcout" for checkout.'] })
  })

  test('that name what is not there say what is', async () => {
    await using world = await orchestratorWorld()
    const run = await world.orchestrator.handle(words('what is wrong with service mailer-v2'), world.alice)
    expect(run.outcome).toBe('unclear')
    expect(run.text).toMatch(/^I know no service "mailer-v2"/)
  })

  test('that leave something out are asked for it', async () => {
    await using world = await orchestratorWorld()
    const run = await world.orchestrator.handle(words('scale up cart'), world.alice)
    expect(run).toMatchObject({ outcome: 'unclear', proposals: [] })
    expect(run.text).toContain('replicas')
  })

  test('with a secret are kept without it', async () => {
    await using world = await orchestratorWorld()
    const run = await world.orchestrator.handle(
      words('what is wrong with checkout, key sk-abc123'),
      world.alice,
    )
    expect(JSON.stringify(await readRun(world.blobs, run.record ?? ''))).not.toContain('sk-abc123')
  })
})

describe('drafts', () => {
  test('become one Proposal of who asked, however often it is asked', async () => {
    await using world = await orchestratorWorld()
    const first = await world.orchestrator.handle(words('scale cart to 5 replicas'), world.alice)
    expect(first).toMatchObject({
      outcome: 'answered',
      proposals: [{ created: true, title: 'Run 5 of cart' }],
    })
    const again = await world.orchestrator.handle(words('run 5 copies of cart'), world.alice)
    expect(again.proposals).toEqual([
      expect.objectContaining({ created: false, name: first.proposals[0]?.name }),
    ])
    const made = await proposals(world)
    // Alice asked for it, so that she does not approve it; policy holds it to what automation may.
    expect(made.map(({ spec }) => [spec.createdBy, spec.onBehalfOf])).toEqual([['system:keelway', 'alice']])
    // Repeating it proposes nothing.
    await world.client.delete(Proposal, first.proposals[0]?.name ?? '', 'shop')
    expect(await world.orchestrator.replay(first.record ?? '')).toMatchObject({ same: true })
    expect(await proposals(world)).toEqual([])
  })

  test.each([
    ['observe', { mode: 'observe' }, 'mode observe'],
    ['a kill switch', { paused: { reason: 'black friday' } }, 'black friday'],
    ['skills that may not', { skills: ['rollback'] }, 'does not let skill scale propose'],
    ['no room', { limits: { open: 0 } }, '0 proposals are open'],
  ])(
    'are refused under %s, with what to do instead, and the answer is given all the same',
    async (_, spec, reason) => {
      await using world = await orchestratorWorld()
      await world.create(Autonomy, 'shop', spec)
      const run = await world.orchestrator.handle(words('scale cart to 5 replicas'), world.alice)
      expect(run).toMatchObject({ outcome: 'answered', proposals: [] })
      expect(run.refused[0]?.reason).toContain(reason)
      expect(run.refused[0]?.instead).not.toBe('')
      expect(await proposals(world)).toEqual([])
    },
  )

  test('do not change an object that another open Proposal changes', async () => {
    await using world = await orchestratorWorld()
    await world.orchestrator.handle(words('scale cart to 5 replicas'), world.alice)
    const run = await world.orchestrator.handle(words('scale cart to 6 replicas'), world.alice)
    expect(run.refused[0]?.reason).toMatch(/changes Deployment\/shop\/cart already$/)
  })

  test('of a skill that only reads are a fault of the skill', async () => {
    const sly = { ...scale, name: 'sly', risk: 'read' as const }
    await using world = await orchestratorWorld({ skills: [sly, scale] })
    const run = await world.orchestrator.handle({
      kind: 'skill',
      skill: 'sly',
      input: { workload: 'cart', replicas: 2 },
      namespace: 'shop',
    })
    expect(run).toMatchObject({ outcome: 'failed', proposals: [] })
  })
})

describe('typed input', () => {
  test('is checked by the schema of the skill', async () => {
    await using world = await orchestratorWorld()
    const run = await world.orchestrator.handle({
      kind: 'skill',
      skill: 'scale',
      input: { workload: 'cart', replicas: 1e9 },
      namespace: 'shop',
    })
    expect(run).toMatchObject({ outcome: 'unclear', proposals: [] })
    expect(run.text).toContain('replicas')
  })

  test('for a skill that reads past its permissions fails, and the failure is repeated', async () => {
    await using world = await orchestratorWorld()
    const run = await world.orchestrator.handle({
      kind: 'skill',
      skill: 'nosy',
      input: {},
      namespace: 'shop',
    })
    expect(run).toMatchObject({ outcome: 'failed', text: expect.stringContaining('without permission') })
    expect(await world.orchestrator.replay(run.record ?? '')).toMatchObject({ same: true })
  })

  test('is refused past the number of requests of a minute', async () => {
    await using world = await orchestratorWorld()
    const ask = () =>
      world.orchestrator.handle(
        { kind: 'skill', skill: 'diagnose', input: {}, namespace: 'shop' },
        world.alice,
      )
    for (let i = 0; i < 60; i++) expect((await ask()).outcome).toBe('answered')
    expect(await ask()).toMatchObject({
      outcome: 'refused',
      text: expect.stringContaining('ask again in a minute'),
    })
    world.clock.advance(61_000)
    expect((await ask()).outcome).toBe('answered')
  })
})

describe('an incident', () => {
  const incident = { kind: 'incident', name: 'checkout-1', namespace: 'shop' } as const
  const open = (world: OrchestratorWorld) =>
    world.create(Incident, 'checkout-1', {
      title: 'checkout: slow',
      severity: 'page',
      startedAt: '2026-03-11T15:00:00Z',
      symptoms: [
        {
          key: 'k',
          source: 'alert',
          reason: 'Slow',
          severity: 'page',
          message: 'slow',
          since: '2026-03-11T15:00:00Z',
        },
      ],
    })

  test('is diagnosed, and the remedy of what is likely becomes a Proposal of automation', async () => {
    await using world = await orchestratorWorld()
    await open(world)
    world.diagnosis.current = likely(cause)
    const run = await world.orchestrator.handle(incident)
    expect(run).toMatchObject({ outcome: 'answered', skill: 'scale', proposals: [{ created: true }] })
    expect(run.text).toMatch(/^checkout has too few replicas\./)
    const [proposal] = await proposals(world)
    expect(proposal?.spec).toMatchObject({ skill: 'scale', changes: draftFor('checkout', 4).changes })
    expect(await world.orchestrator.replay(run.record ?? '')).toMatchObject({ same: true })
  })

  test('whose cause is not likely enough, or has no remedy that there is, proposes nothing and says why', async () => {
    await using world = await orchestratorWorld()
    world.diagnosis.current = likely({ ...cause, confidence: 0.3 })
    expect(await world.orchestrator.handle(incident)).toMatchObject({
      proposals: [],
      notes: [expect.stringContaining('No likely cause')],
    })
    world.diagnosis.current = likely({
      ...cause,
      remedy: { skill: 'exec', input: { command: 'rm -rf /' }, summary: 'x' },
    })
    expect(await world.orchestrator.handle(incident)).toMatchObject({
      proposals: [],
      notes: [expect.stringContaining('skill exec')],
    })
    expect(await proposals(world)).toEqual([])
  })

  test('of which the diagnosis abstains says its reason', async () => {
    await using world = await orchestratorWorld()
    const run = await world.orchestrator.handle(incident)
    expect(run).toMatchObject({
      outcome: 'answered',
      text: 'Nothing in the evidence looks wrong.',
      proposals: [],
    })
  })

  test('tries remedies in the order that was learnt', async () => {
    const second = {
      ...cause,
      rank: 2,
      confidence: 0.6,
      remedy: { ...cause.remedy, skill: 'scale', input: { workload: 'cart', replicas: 2 }, summary: '' },
    }
    await using world = await orchestratorWorld({
      parts: { chooseRemedy: async given => given.toReversed() },
    })
    world.diagnosis.current = likely(cause, second)
    const run = await world.orchestrator.handle(incident)
    expect(run.proposals).toEqual([expect.objectContaining({ title: 'Run 2 of cart' })])
  })
})

test('a record that does not hold everything is not repeated, one that was changed differs', async () => {
  await using world = await orchestratorWorld()
  await expect(world.orchestrator.replay('sha256:nothing')).rejects.toThrow('there is no record')
  const run = await world.orchestrator.handle(words('what is wrong with checkout'), world.alice)
  const record = await readRun(world.blobs, run.record ?? '')
  const { keepRun } = await import('./record/runs.ts')
  const other = await keepRun(world.blobs, {
    ...record,
    entries: record.entries.filter(({ what }) => what !== 'signals.logs'),
  })
  expect(await world.orchestrator.replay(other)).toMatchObject({
    same: false,
    differs: expect.stringContaining('signals.logs'),
  })
  const cut = await keepRun(world.blobs, { ...record, incomplete: 'more than 1 reads' })
  await expect(world.orchestrator.replay(cut)).rejects.toThrow('more than 1 reads')
})
