import type { Symptoms } from '../changes/symptoms/symptom.ts'
import type { Case } from '../channel.ts'
import type { ExternalCause, ExternalRule } from './external-rule.ts'
import { externalRules } from './rules/index.ts'

export type FoundExternal = ExternalCause & { rule: ExternalRule }

/** Causes outside by what is seen of them alone, the strongest first. */
export const externalCauses = (evidence: Case, symptoms: Symptoms): FoundExternal[] =>
  externalRules
    .flatMap(rule => {
      const cause = rule.look({ evidence, symptoms })
      return cause ? [{ ...cause, rule }] : []
    })
    .sort((a, b) => b.strength - a.strength || (a.rule.name < b.rule.name ? -1 : 1))
