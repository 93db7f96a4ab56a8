import { describe, expect, test } from 'vitest'
import { admit } from '../api/admission.ts'
import type { Resource } from '../api/kind.ts'
import { Autonomy } from '../api/kinds/autonomy.ts'
import { effective, freezeAt, samePerson, userOfLogin } from './autonomy.ts'
import { byAutomation, countApprovals, type Decision, quorumOf } from './autonomy-approvals.ts'

const autonomy = (name: string, spec: object, namespace = 'shop'): Autonomy => {
  const { object, causes } = admit(Autonomy, {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Autonomy',
    metadata: { name, namespace },
    spec,
  } as unknown as Resource)
  expect(causes).toEqual([])
  return object as unknown as Autonomy
}

describe('what holds', () => {
  test('without any Autonomy is what one without fields says', () => {
    const { sources: _, ...none } = effective([], ['shop'])
    const { sources: __, ...empty } = effective([autonomy('a', {})], ['shop'])
    expect(none).toEqual(empty)
    expect(none.mode).toBe('approve')
  })

  test('is the strictest of the namespaces that are reached and of keelway-system, field by field', () => {
    const all = [
      autonomy('a', {
        mode: 'auto',
        approvals: { low: 0, medium: 0, high: 1 },
        approvers: ['ann', 'bob'],
        skills: ['scale', 'diagnose'],
        limits: { open: 9, perHour: 9, mergesPerDay: 9 },
        flapping: { changes: 5, within: '1h' },
        expiresAfter: '1h',
      }),
      autonomy('b', { mode: 'approve', approvals: { low: 2 }, approvers: ['bob', 'eve'] }, 'keelway-system'),
      autonomy('c', { mode: 'observe' }, 'elsewhere'),
    ]
    expect(effective(all, ['shop'])).toMatchObject({
      mode: 'approve',
      approvals: { low: 2, medium: 1, high: 2 },
      approvers: new Set(['bob']),
      skills: new Set(['scale', 'diagnose']),
      limits: { open: 5, perHour: 6, mergesPerDay: 9 },
      flapping: { changes: 3, withinMs: 86_400_000 },
      expiresAfterMs: 3_600_000,
      sources: ['keelway-system/b', 'shop/a'],
    })
    expect(effective(all, ['shop', 'elsewhere']).mode).toBe('observe')
  })

  test('a pause anywhere holds, and freezes of all', () => {
    const all = [
      autonomy('a', {
        freezes: [{ from: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z', reason: 'fair' }],
      }),
      autonomy('b', { paused: { reason: 'audit' } }, 'keelway-system'),
    ]
    const policy = effective(all, ['shop'])
    expect(policy.paused).toEqual({ reason: 'audit', by: 'keelway-system/b' })
    const at = (text: string) => freezeAt(policy, Date.parse(text))?.reason
    expect(['2025-12-31T23:59:59Z', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'].map(at)).toEqual([
      undefined,
      'fair',
      undefined,
    ])
    const broken = { ...policy, freezes: [{ from: 'soon', until: 'zzz', reason: 'x', by: 'y' }] }
    expect(freezeAt(broken, 0)?.reason).toBe('x')
  })

  test('reviewers are those that all lists agree on, and no login stands for two', () => {
    const policy = effective(
      [
        autonomy('a', {
          reviewers: [
            { user: 'ann', login: 'ann-gh', mail: 'ann@example.com' },
            { user: 'bob', login: 'bob-gh' },
            { user: 'eve', login: 'BOB-gh' },
          ],
        }),
      ],
      ['shop'],
    )
    expect(userOfLogin(policy, 'Ann-GH')).toBe('ann')
    expect(userOfLogin(policy, 'bob-gh')).toBeUndefined()
    expect(samePerson(policy, 'ANN@example.com', 'ann')).toBe(true)
    expect(samePerson(policy, 'ann-gh', 'ann@example.com')).toBe(true)
    expect(samePerson(policy, 'ann', 'bob')).toBe(false)
    const two = effective(
      [
        autonomy('a', { reviewers: [{ user: 'ann', login: 'x' }] }),
        autonomy('b', { reviewers: [{ user: 'eve', login: 'x' }] }, 'keelway-system'),
      ],
      ['shop'],
    )
    expect(two.reviewers).toEqual([])
  })
})

describe('approvals', () => {
  const policy = effective(
    [
      autonomy('a', {
        approvers: ['ann', 'bob', 'carl'],
        reviewers: [
          { user: 'ann', login: 'ann-gh', mail: 'ann@example.com' },
          { user: 'carl', login: 'carl-gh' },
        ],
      }),
    ],
    ['shop'],
  )
  const said = (...decisions: [Decision['action'], string][]) =>
    decisions.map(([action, by]) => ({ action, by, reason: 'why' }))
  const users = (decisions: Decision[], logins: string[] = [], authors: string[] = []) => {
    const reviews = logins.map(login => ({ login, verdict: 'approved' as const }))
    return countApprovals({ decisions, reviews, forge: 'github' }, policy, authors)
  }

  test('count people once, whichever way they approved', () => {
    const { approvals } = users(said(['approve', 'ann'], ['approve', 'ann']), ['ANN-gh', 'carl-gh'])
    expect(approvals).toEqual([
      { user: 'ann', via: 'keelway' },
      { user: 'carl', via: 'github' },
    ])
  })

  test('never count authors under any of their names, automation, strangers and unknown logins', () => {
    const decisions = said(['approve', 'ann'], ['approve', 'system:keelway'], ['approve', 'eve'])
    const { approvals, ignored } = users(decisions, ['ann-gh', 'stranger'], ['ann@example.com'])
    expect(approvals).toEqual([])
    expect(ignored.map(line => line.split(':')[0])).toEqual([
      'ann',
      'system',
      'eve',
      'ann',
      'stranger of github',
    ])
    expect(ignored.join('\n')).toContain('nobody approves what is their own')
    expect(ignored.join('\n')).toContain('add a user with this login to spec.reviewers')
  })

  test('end with a rejection of one who may approve or of an author, and with what an author withdraws', () => {
    expect(users(said(['approve', 'ann'], ['reject', 'bob'], ['approve', 'carl']))).toMatchObject({
      approvals: [{ user: 'ann' }],
      ended: { as: 'Rejected', by: 'bob', reason: 'why' },
    })
    expect(users(said(['reject', 'eve'])).ended).toBeUndefined()
    expect(users(said(['reject', 'eve']), [], ['eve']).ended?.as).toBe('Rejected')
    expect(users(said(['withdraw', 'bob'])).ended).toBeUndefined()
    expect(users(said(['withdraw', 'eve']), [], ['eve']).ended?.as).toBe('Withdrawn')
  })

  test('nobody is needed in mode auto alone, and never where things flap', () => {
    const auto = { ...policy, mode: 'auto' as const, approvals: { low: 0, medium: 1, high: 2 } }
    expect(quorumOf(auto, 'low', false)).toBe(0)
    expect(quorumOf(auto, 'low', true)).toBe(1)
    expect(quorumOf(auto, 'high', true)).toBe(2)
    expect(quorumOf({ ...auto, mode: 'approve' }, 'low', false)).toBe(1)
  })

  test('who is not known to be a person is automation', () => {
    expect([undefined, 'system:keelway', 'alice'].map(byAutomation)).toEqual([true, true, false])
  })
})
