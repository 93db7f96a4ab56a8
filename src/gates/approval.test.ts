import { expect, test } from 'vitest'
import type { RouteRelease } from '../api/kinds/route-release.ts'
import { approval } from './approval.ts'
import { gateContract } from './gate.contract.ts'
import { question, releaseOf } from './question.fake.ts'

const approvedBy = (count: number, people: (string | undefined)[], authors: string[] = []) => {
  const decisions = people.map(by => ({ action: 'approve' as const, reason: 'fine', ...(by ? { by } : {}) }))
  const commits = authors.map(author => ({ revision: 'a', author, title: 't', delivery: 'default/d' }))
  const { spec } = releaseOf('new')
  const status: RouteRelease['status'] = { commits }
  return question({ count }, { release: { spec: { ...spec, decisions }, status } })
}

gateContract('approval', {
  gate: approval,
  waiting: () => approvedBy(1, []),
  missing: () => approvedBy(2, ['alice']),
  open: () => approvedBy(2, ['alice', 'bob']),
})

test('one person counts once, and an approval without a name not at all', async () => {
  expect(await approval.check(approvedBy(2, ['alice', 'alice', undefined]))).toMatchObject({
    state: 'waiting',
    message: expect.stringContaining('1 of 2 approvals: keelway approve new'),
  })
})

test('nobody approves a change of his own', async () => {
  const own = approvedBy(1, ['ada@example.com'], ['Ada <ada@example.com>'])
  expect(await approval.check(own)).toMatchObject({ state: 'waiting' })
  const other = approvedBy(1, ['bob@example.com'], ['Ada <ada@example.com>'])
  expect(await approval.check(other)).toMatchObject({ state: 'open', message: 'approved by bob@example.com' })
})

test('other decisions are no approvals', async () => {
  const asked = approvedBy(1, [])
  asked.release.spec.decisions.push({ action: 'promote', reason: 'now', by: 'alice' })
  expect((await approval.check(asked)).state).toBe('waiting')
})
