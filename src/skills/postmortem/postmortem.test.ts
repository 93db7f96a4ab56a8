import { describe, expect, test } from 'vitest'
import type { SpanRecord } from '../../telemetry/signals/signal.ts'
import { skillScene } from '../context.fake.ts'
import { skillSuite } from '../skill.contract.ts'
import { postmortem } from './postmortem.ts'

const start = Date.UTC(2026, 0, 15, 10)
const iso = (minutes: number) => new Date(start + minutes * 60_000).toISOString()
const incident = (status: object, title = 'checkout: HighErrorRate') => ({
  apiVersion: 'keelway.dev/v1alpha1',
  kind: 'Incident',
  metadata: { name: 'checkout-1', namespace: 'shop' },
  spec: {
    title,
    severity: 'page',
    services: ['checkout'],
    startedAt: iso(0),
    symptoms: [
      {
        key: 'a',
        source: 'alert',
        reason: 'HighErrorRate',
        service: 'checkout',
        severity: 'page',
        message: '20 % fail',
        since: iso(0),
      },
    ],
    decisions: [{ action: 'acknowledge', reason: 'on it', by: 'ada', at: iso(20) }],
  },
  status,
})
const closed = {
  phase: 'Closed',
  openedAt: iso(12),
  closedAt: iso(45),
  reopened: 1,
  timeline: [
    { number: 1, at: iso(12), what: 'Opened', message: 'checkout: HighErrorRate' },
    { number: 2, at: iso(20), what: 'Acknowledged', message: 'by ada' },
    { number: 3, at: iso(40), what: 'Recovering', message: 'quiet' },
    { number: 4, at: iso(45), what: 'Closed', message: 'over' },
  ],
}
const spans = (minute: number, count: number, failing: number): SpanRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    kind: 'span',
    resource: { service: 'checkout', namespace: 'shop' },
    at: start + minute * 60_000 + i * 1000,
    traceId: `${minute}-${i}`,
    spanId: `${minute}-${i}`,
    name: 'POST /pay',
    spanKind: 'server',
    durationMs: 100,
    error: i < failing,
    attributes: {},
  }))

skillSuite(postmortem)

describe('postmortem', () => {
  test('tells timeline, impact, cause, what went badly, and actions', async () => {
    await using scene = await skillScene({ 'a.yaml': 'a: 1\n' })
    scene.add(incident(closed))
    await scene.signals([
      ...spans(-60, 200, 0),
      ...spans(5, 200, 40),
      {
        kind: 'change',
        resource: { service: 'checkout', namespace: 'shop' },
        at: start - 60_000,
        change: 'config',
        id: 'c'.repeat(40),
        author: 'Bo',
        message: 'Smaller pool',
        attributes: {},
      },
    ])
    await scene.ledger.append({
      id: 'x',
      actor: 'user:ada',
      action: 'decision',
      subject: 'Incident/shop/checkout-1',
      at: iso(21),
      data: {},
    })
    scene.diagnosis = {
      abstained: false,
      hypotheses: [
        {
          rank: 1,
          statement: 'The pool of checkout is too small.',
          cause: { kind: 'change', name: 'c'.repeat(40) },
          class: 'config',
          confidence: 0.85,
          evidence: [{ source: 'logs', detail: 'pool exhausted' }],
          against: [],
          contributions: [],
          rules: ['pool'],
          remedy: { skill: 'rollback', input: {}, summary: 'Revert it.' },
        },
      ],
      rejected: [],
    }
    const { output, drafts } = await scene.run(postmortem, { incident: 'checkout-1' })
    expect(output).toMatchObject({ outcome: 'proposed', file: 'docs/postmortems/2026-01-15-checkout-1.md' })
    expect(output.text).toContain(
      'lasted 40 min and 40 requests more than usual failed. Cause: The pool of checkout is too small.',
    )
    expect(output.content).toMatch(/\| checkout \| 200 \| 20 % \| 0 % \| (99|100|101) ms \|/)
    const lines = (output.content ?? '').split('\n')
    for (const line of [
      '- 2026-01-15T09:59:00Z change of config in checkout: Smaller pool (cccccccccccc by Bo)',
      '- 2026-01-15T10:21:00Z decision of Incident/shop/checkout-1 by user:ada',
      '- logs: pool exhausted',
      '- It was noticed only 12 min after it began.',
      '- It came back once after it had closed.',
      '- The evidence was enough to name the cause.',
      '- [ ] Mend the cause: Revert it. (skill rollback)',
    ])
      expect(lines).toContain(line)
    expect(drafts[0]).toMatchObject({ incident: 'checkout-1', changes: [{ content: output.content }] })
  })

  test('refuses while it goes on, and leaves what is written alone', async () => {
    await using scene = await skillScene({ 'docs/postmortems/2026-01-15-checkout-1.md': 'ours' })
    scene.add(incident({ phase: 'Open', openedAt: iso(1) }))
    expect((await scene.run(postmortem, { incident: 'checkout-1' })).output.outcome).toBe('refused')
    scene.add(incident(closed))
    expect((await scene.run(postmortem, { incident: 'checkout-1' })).output.text).toContain(
      'is there already',
    )
    expect((await scene.run(postmortem, { incident: 'none' })).output.outcome).toBe('nothing')
  })

  test('says that it does not know, and takes hostile titles as text', async () => {
    await using scene = await skillScene({ 'a.yaml': 'a: 1\n' })
    scene.add(incident(closed, '# [x](javascript:1) <script>'))
    const { output } = await scene.run(postmortem, { incident: 'checkout-1' })
    expect(output.content).toContain('so the impact is not measured')
    expect(output.content).toContain('The evidence was not enough to name a cause.')
    expect(output.content).not.toContain('<script>')
    expect(output.content).toMatch(/^# \\# \\\[x\\\]\(javascript/)
  })
})
