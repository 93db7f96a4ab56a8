import { clean } from '../changes/statement.ts'
import { weighed } from '../changes/weighing.ts'
import type { Case, Channel, ChannelAnswer } from '../channel.ts'

const least = 0.3
const most = { findings: 3, statement: 600 } as const

/** Causes that are not ours to change: providers, machines, networks, certificates, traffic, input. */
export const external: Channel = {
  name: 'external',
  look(evidence: Case): ChannelAnswer {
    // Whether one of our changes is to blame is the question; without any, what is seen is for the other channels.
    if (evidence.changes.length === 0) return { findings: [] }
    const { externals, symptoms } = weighed(evidence)
    return {
      findings: externals
        .filter(({ strength }) => strength >= least)
        .slice(0, most.findings)
        .map(({ rule, name, statement, strength, evidence: told }) => ({
          rule: rule.name,
          cause: { kind: 'external', name: clean(name, 120) },
          class: rule.fault,
          statement: clean(statement, most.statement),
          strength: Math.round(strength * 1000) / 1000,
          evidence: told.map(({ source, detail }) => ({ source, detail: clean(detail, 300) })),
          explains: [...symptoms.suffering]
            .filter(([, weight]) => weight >= 0.4)
            .map(([service]) => service)
            .sort(),
          observed: true,
        })),
    }
  },
}
