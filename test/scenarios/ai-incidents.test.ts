import { expect, test } from 'vitest'
import { faults } from '../../bench/incidents/faults.ts'
import { runIncident } from '../../bench/incidents/run.ts'

/** Two of the incidents of bench/ai-incidents.ts: one that a commit brought, and one from outside. */
test.each(['timeout', 'provider-slow'])(
  'an incident of kind %s is told, and its cause is named first',
  async name => {
    const fault = faults.find(one => one.name === name)
    if (!fault) throw new Error(`there is no fault ${name}`)
    const result = await runIncident(fault, { seed: 7, steps: [] })
    expect(result).toMatchObject({ fault: name, right: true, falseRevert: false })
    expect(result.detected).toBeLessThan(900)
    if (fault.commit) expect(result.recovered).toBeDefined()
  },
  90_000,
)
