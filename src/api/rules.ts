import { compileExpression, type Expression } from './cel.ts'
import type { Cause } from './errors.ts'
import type { Kind, Resource, Rule } from './kind.ts'
import { kindSchema } from './schema.ts'

export type KindRule = Rule & Expression

/** @throws TypeError naming kind and rule for the first that can not be compiled. */
export function compileRules(kind: Kind): KindRule[] {
  const schema = kindSchema(kind)
  return kind.rules.map(rule => {
    try {
      return { ...rule, ...compileExpression(rule.rule, schema) }
    } catch (error) {
      throw new TypeError(`${kind.kind}: ${(error as Error).message}`, { cause: error })
    }
  })
}

/** Causes of the rules an object breaks. Rules about oldSelf say something about updates only. */
export function checkRules(rules: readonly KindRule[], self: Resource, oldSelf?: Resource): Cause[] {
  const causes: Cause[] = []
  for (const rule of rules) {
    if (rule.transition && oldSelf === undefined) continue
    const result = rule.holds(self, oldSelf)
    if (result === true) continue
    const why =
      typeof result === 'string' ? `rule "${rule.rule}" could not be evaluated: ${result}` : rule.message
    causes.push({ reason: 'FieldValueInvalid', message: `Invalid value: "object": ${why}`, field: '' })
  }
  return causes
}
