import { expect, test } from 'vitest'
import type { Case, Channel } from './channel.ts'
import { faultClasses } from './diagnosis.ts'

/** A case with nothing in it. */
export const emptyCase = (): Case => ({
  incident: { alerts: [] },
  topology: { services: [], calls: [] },
  services: [],
  tables: [],
  spans: [],
  logs: [],
  events: [],
  changes: [],
  calls: [],
  cluster: {
    ...{ objects: [], events: [], logs: [], tables: [], descriptions: [], outputs: [], problems: [] },
    files: new Map(),
  },
  complete: [],
  leftOut: [],
})

/** What every channel keeps; `cases` are some in which it finds something, and some in which it does not. */
export function channelContract(channel: Channel, cases: Readonly<Record<string, () => Case>>): void {
  test(`${channel.name}: finds nothing where there is nothing`, () => {
    expect(channel.look(emptyCase()).findings).toEqual([])
  })

  test.each(Object.entries(cases))(
    `${channel.name}: %s gives the same well-formed findings each time`,
    (_, make) => {
      const evidence = make()
      const before = structuredClone(evidence)
      const { findings, rejected = [] } = channel.look(evidence)
      expect(channel.look(make())).toEqual(channel.look(evidence))
      expect(evidence).toEqual(before)
      for (const { rule, cause, class: of, strength, statement, evidence: told } of findings) {
        expect(rule).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
        expect(cause.name).not.toBe('')
        expect(faultClasses).toContain(of)
        expect(strength).toBeGreaterThanOrEqual(0)
        expect(strength).toBeLessThanOrEqual(1)
        expect(statement).toMatch(/\S{3}.*[.?!]$/s)
        expect(statement.length).toBeLessThanOrEqual(1000)
        expect(told.length).toBeGreaterThan(0)
      }
      for (const { cause, reason } of rejected) expect([cause.name, reason]).not.toContain('')
    },
  )
}
