import { describe, expect, test } from 'vitest'
import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import { skillScene } from '../context.fake.ts'
import { skillSuite } from '../skill.contract.ts'
import { checksFor } from './checks.ts'
import { runbook } from './runbook.ts'

const diagnosis = (statement = 'checkout is killed for memory.'): Diagnosis => ({
  abstained: false,
  hypotheses: [
    {
      rank: 1,
      statement,
      cause: { kind: 'resource', name: 'Deployment/shop/checkout' },
      class: 'memory',
      confidence: 0.9,
      evidence: [{ source: 'events', detail: 'OOMKilling 7 times' }],
      against: [],
      contributions: [],
      rules: ['out-of-memory'],
      remedy: { skill: 'right-size', input: {}, summary: 'Raise its limit.' },
    },
  ],
  rejected: [],
})
const ended = (action: string, name: string, skill: string) => ({
  id: `${action}/${name}`,
  actor: 'controller:proposal',
  action,
  subject: `Proposal/shop/${name}`,
  at: '2026-01-10T00:00:00.000Z',
  data: { uid: name, skill, class: 'memory', environment: 'prod', rules: [] },
})

skillSuite(runbook)

describe('runbook', () => {
  test('is a document with checks as commands', async () => {
    await using scene = await skillScene({ 'a.yaml': 'a: 1\n' })
    scene.diagnosis = diagnosis()
    const { output, drafts } = await scene.run(runbook, { incident: 'checkout-1' })
    expect(output).toMatchObject({ outcome: 'proposed', file: 'docs/runbooks/memory-checkout.md' })
    expect(output.content).toContain(
      '   kubectl -n shop top pods -l app.kubernetes.io/name=checkout --containers',
    )
    expect(output.content).toContain('kubectl -n shop logs deployment/checkout --previous --tail 50')
    expect(output.content).toContain('No remedy was tried yet.')
    expect(drafts[0]).toMatchObject({
      delivery: 'shop',
      incident: 'checkout-1',
      changes: [{ file: 'docs/runbooks/memory-checkout.md', content: output.content }],
    })
  })

  test('learns from outcomes, and keeps what people wrote', async () => {
    await using scene = await skillScene({ 'a.yaml': 'a: 1\n' })
    scene.diagnosis = diagnosis()
    const first = await scene.run(runbook, { incident: 'checkout-1' })
    scene.commit({
      'docs/runbooks/memory-checkout.md': `Call Mo first.\n\n${first.output.content}\n## Ours\n\nMind the sale.\n`,
    })
    expect((await scene.run(runbook, { incident: 'checkout-1' })).output.outcome).toBe('nothing')
    for (const entry of [
      ended('verified', 'a', 'right-size'),
      ended('ineffective', 'b', 'scale'),
      ended('verified', 'c', 'right-size'),
    ])
      await scene.ledger.append(entry)
    const { output } = await scene.run(runbook, { incident: 'checkout-1' })
    expect(output.content).toContain('| right-size | 2 | 0 | 0 | 0 |\n| scale | 0 | 1 | 0 | 0 |')
    expect(output.content).toMatch(/^Call Mo first\.[\s\S]*Mind the sale\.\n$/)
    expect(output.content?.match(/keelway:begin/g)).toHaveLength(1)
  })

  test('has nothing to say of what was not found', async () => {
    await using scene = await skillScene()
    expect((await scene.run(runbook, { incident: 'x' })).output.outcome).toBe('nothing')
  })

  test('takes no name into a command that is none, and no markup from evidence', async () => {
    expect(checksFor('memory', { kind: 'resource', name: 'Deployment/shop/x; rm -rf' }, 'x', 'shop')).toEqual(
      [],
    )
    expect(checksFor('crash', { kind: 'service', name: '$(id)' }, '$(id)', 'shop')).toEqual([])
    expect(checksFor('unknown', { kind: 'service', name: 'cart' }, 'cart', 'shop').length).toBeGreaterThan(2)
    await using scene = await skillScene({ 'a.yaml': 'a: 1\n' })
    scene.diagnosis = diagnosis('<!-- keelway:end --> [click](http://evil) `rm`')
    const { output } = await scene.run(runbook, { incident: 'checkout-1' })
    expect(output.content?.match(/<!--/g)).toHaveLength(2)
    expect(output.content).not.toMatch(/(?<!\\)\]\(http/)
  })
})
