import { expect, test } from 'vitest'
import { digestOf, digestOfValue } from '../lib/digest.ts'
import type { Ledger, NewEntry } from './ledger.ts'

const decision = (id: string, changes: Partial<NewEntry> = {}): NewEntry => ({
  id,
  actor: 'controller:route-release',
  action: 'verdict',
  subject: 'RouteRelease/support/refund-desk-7f3a',
  at: '2026-01-01T00:00:00.000Z',
  data: { outcome: 'promote', evidence: [0.1, { units: 370 }] },
  ...changes,
})

/** What every ledger promises; `open` gives an empty one. */
export function ledgerContract(implementation: string, open: () => Ledger): void {
  const title = (text: string) => `${implementation}: ${text}`

  test(title('an empty ledger is intact, with the hash of nothing as head'), async () => {
    const ledger = open()
    expect(await ledger.list()).toEqual([])
    expect(await ledger.verify()).toEqual({ intact: true, entries: 0, head: digestOf('') })
  })

  test(title('each entry is chained to the one before'), async () => {
    const ledger = open()
    const first = await ledger.append(decision('a'))
    const second = await ledger.append(decision('b'))
    expect(first).toMatchObject({ ...decision('a'), sequence: 1, previous: digestOf('') })
    expect(second).toMatchObject({ ...decision('b'), sequence: 2, previous: first.hash })
    const { hash, ...rest } = second
    expect(hash).toBe(digestOfValue(rest))
    expect(await ledger.list()).toEqual([first, second])
    expect(await ledger.verify()).toEqual({ intact: true, entries: 2, head: hash })
  })

  test(title('an append with a known id gives the first entry back and adds nothing'), async () => {
    const ledger = open()
    const first = await ledger.append(decision('a'))
    expect(await ledger.append(decision('a', { actor: 'user:mallory', data: {} }))).toEqual(first)
    expect(await ledger.list()).toHaveLength(1)
  })

  test(title('appends at the same time all get a place of their own'), async () => {
    const ledger = open()
    const ids = Array.from({ length: 120 }, (_, n) => `id-${n % 60}`)
    const entries = await Promise.all(ids.map(id => ledger.append(decision(id))))
    expect(new Set(entries.map(entry => entry.sequence)).size).toBe(60)
    for (const [index, entry] of entries.entries()) expect(entry.id).toBe(ids[index])
    expect(await ledger.verify()).toMatchObject({ intact: true, entries: 60 })
  })

  test(title('entries are found by subject, action and place'), async () => {
    const ledger = open()
    await ledger.append(decision('a', { action: 'sync', subject: 'Delivery/default/shop' }))
    await ledger.append(decision('b', { action: 'gate' }))
    await ledger.append(decision('c'))
    await ledger.append(decision('d'))
    const ids = async (query: Parameters<Ledger['list']>[0]) =>
      (await ledger.list(query)).map(entry => entry.id)
    expect(await ids({ subject: 'Delivery/default/shop' })).toEqual(['a'])
    expect(await ids({ action: 'verdict' })).toEqual(['c', 'd'])
    expect(await ids({ subject: decision('').subject, action: 'gate' })).toEqual(['b'])
    expect(await ids({ after: 1, limit: 2 })).toEqual(['b', 'c'])
    expect(await ids({ after: 4 })).toEqual([])
  })

  test(title('later changes of given or returned data do not reach the entry'), async () => {
    const ledger = open()
    const given = decision('a')
    const returned = await ledger.append(given)
    given.data.outcome = 'rollback'
    returned.data.outcome = 'hold'
    expect((await ledger.list())[0]?.data.outcome).toBe('promote')
    expect(await ledger.verify()).toMatchObject({ intact: true })
  })

  test(title('members without a value are left out and the chain still verifies'), async () => {
    const ledger = open()
    const entry = await ledger.append(decision('a', { data: { b: undefined, a: -0, text: 'é\u0000' } }))
    expect(entry.data).toEqual({ a: 0, text: 'é\u0000' })
    expect(await ledger.list()).toEqual([entry])
    expect(await ledger.verify()).toMatchObject({ intact: true })
  })

  test(title('data above 256 KiB is refused by name and the others go on'), async () => {
    const ledger = open()
    const large = decision('large', { data: { text: 'é'.repeat(128 * 1024) } })
    const [refused, accepted] = await Promise.allSettled([ledger.append(large), ledger.append(decision('b'))])
    expect(refused).toMatchObject({ status: 'rejected', reason: { reason: 'RequestEntityTooLarge' } })
    expect(accepted).toMatchObject({ status: 'fulfilled', value: { sequence: 1 } })
  })
}
