import { expect, test } from 'vitest'
import type { Gate, GateQuestion } from './gate.ts'

/** What the suite needs of an implementation. */
export interface GateCase<Config> {
  gate: Gate<Config>
  /** A fresh question whose input is all there but says nothing yet. */
  waiting(): GateQuestion<Config>
  /** One that lacks an object the gate reads. */
  missing(): GateQuestion<Config>
  /** One whose answer is open. */
  open(): GateQuestion<Config>
  /** One whose answer is closed, for gates that can close. */
  closed?(): GateQuestion<Config>
}

/** What every gate promises. */
export function gateContract<Config>(name: string, { gate, ...cases }: GateCase<Config>): void {
  test(`${name} is called after its field in spec.gates`, () => {
    expect(gate.name).toMatch(/^[a-z][A-Za-z]*$/)
  })

  test(`${name} is not open while its input is missing or says nothing`, async () => {
    for (const question of [cases.missing(), cases.waiting()])
      expect((await gate.check(question)).state).not.toBe('open')
  })

  test(`${name} gives the same answer for the same facts, with a reason and what is needed`, async () => {
    for (const make of [cases.missing, cases.waiting, cases.open, ...(cases.closed ? [cases.closed] : [])]) {
      const question = make()
      const first = await gate.check(question)
      expect(await gate.check(question)).toEqual(first)
      expect(first.reason).toMatch(/^[A-Z][A-Za-z]+$/)
      expect(first.message).not.toBe('')
    }
  })

  test(`${name} opens, and closes, when the facts say so`, async () => {
    expect((await gate.check(cases.open())).state).toBe('open')
    if (cases.closed) expect((await gate.check(cases.closed())).state).toBe('closed')
  })
}
