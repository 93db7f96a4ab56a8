import { expect, test } from 'vitest'
import { Proposal } from '../api/kinds/proposal.ts'
import type { LedgerEntry } from '../ledger/ledger.ts'
import { memoryLedger } from '../ledger/memory.ts'
import { learntFrom, skillRates } from '../policy/outcomes.ts'
import { outcomesText } from './outcomes.ts'
import { proposalText } from './proposal.ts'

test('a proposal shows what, why, diff, gates, approvals and what to do, and nothing that moves the cursor', () => {
  const { spec } = Proposal.example as { spec: Proposal['spec'] }
  const text = proposalText({
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Proposal',
    metadata: { name: 'checkout-memory', namespace: 'shop' },
    spec: {
      ...spec,
      title: 'Raise\u001b[2J the memory',
      createdBy: 'system:keelway',
      onBehalfOf: 'carl',
      hypothesis: { statement: 'too little memory', class: 'oom', rules: [], confidence: 0.8 },
      evidence: [{ source: 'Event/shop/checkout', detail: 'OOMKilled' }],
      risks: ['All its pods are replaced.'],
      decisions: [{ action: 'approve', reason: 'yes', by: 'bob' }],
    },
    status: {
      phase: 'Proposed',
      message: '1 of 2 approvals of risk high',
      mode: 'approve',
      policies: ['shop/shop'],
      risk: { class: 'high', reasons: ['it is scaled to nothing'] },
      gates: [
        { gate: 'renders', state: 'open', message: '1 file' },
        { gate: 'schema', state: 'closed', message: 'there is no field x' },
      ],
      branch: { name: 'keelway/proposal/checkout-memory-1', revision: 'a'.repeat(40) },
      diff: '-memory: 256Mi\n+memory: 512Mi\n',
      approvals: [{ user: 'bob', via: 'github', at: '2026-01-01T00:00:00Z' }],
      ignored: ['carl: nobody approves what is their own'],
      quorum: 2,
    },
  })
  expect(text.split('\n')).toEqual([
    'checkout-memory: Raise [2J the memory',
    '  phase     Proposed',
    '  risk      high: it is scaled to nothing',
    '  made by   skill right-size, created by system:keelway for carl',
    '  incident  checkout-3f9a2b1c04',
    '  delivery  shop',
    '  branch    keelway/proposal/checkout-memory-1 at aaaaaaaaaaaa',
    '  policy    mode approve (shop/shop)',
    '  expected  incident checkout-3f9a2b1c04 is over, 15m after it is applied',
    '',
    'Why',
    '  checkout was killed for memory 7 times since 10:14; it needs 410 MiB at its peak and may use 256Mi.',
    '',
    'Taken to be wrong',
    '  too little memory (80 % sure)',
    '',
    'Evidence',
    '  Event/shop/checkout: OOMKilled',
    '',
    'May go wrong',
    '  All its pods are replaced.',
    '',
    'Diff',
    '  -memory: 256Mi',
    '  +memory: 512Mi',
    '',
    'Gates',
    '  ok   renders    1 file',
    '  FAIL schema     there is no field x',
    '',
    'Approvals',
    '  bob approved on github at 2026-01-01T00:00:00Z',
    '  does not count: carl: nobody approves what is their own',
    '  1 of 2 needed',
    '',
    'Next',
    '  1 of 2 approvals of risk high',
    '  keelway approve checkout-memory --namespace shop --reason TEXT',
    '  keelway reject checkout-memory --namespace shop --reason TEXT',
  ])
})

test('outcomes show rates of skills and what they taught', async () => {
  const ledger = memoryLedger()
  const tell = (action: string, i: number): Promise<LedgerEntry> =>
    ledger.append({
      id: `${action}${i}`,
      actor: 'controller:proposal',
      action,
      subject: `Proposal/shop/p${i}`,
      at: '2026-01-01T00:00:00Z',
      data: { uid: `${i}`, skill: 'scale', class: 'overload', environment: 'shop', rules: ['metrics/load'] },
    })
  for (let i = 0; i < 11; i++) {
    await tell('merge', i)
    await tell(i < 9 ? 'verified' : 'ineffective', i)
  }
  await tell('proposal-rejected', 11)
  const learnt = learntFrom(await ledger.list())
  expect(outcomesText(skillRates(learnt), learnt.outcomes).split('\n')).toEqual([
    'SKILL  MERGED  REJECTED  ACCEPTED  VERIFIED  INEFFECTIVE  REVERTED  TAKEN BACK',
    'scale      11         1      92 %         9            2         0        18 %',
    '',
    'RULE OF DIAGNOSIS  WHAT OUTCOMES TAUGHT',
    'metrics/load       x1.32 from 9 of 11 confirmed',
  ])
  expect(outcomesText([], [])).toBe('nothing was proposed and decided yet')
})
