import type { ExternalRule } from '../external-rule.ts'
import { evidenceOf, listed, saidOf, servicesOf } from '../said.ts'

const refused =
  /(unexpected|unknown|missing|invalid|malformed|unsupported|extra|changed) .{0,60}(column|field|format|schema|header|version|encoding|delimiter|file|payload|record|row|value|type)|schema (drift|change|mismatch)|parse|decode|deserializ|validation|out of range/
const origin =
  /(from|by|of) .{0,20}(partner|supplier|third.?party|external|upstream provider|provider|feed|customer upload|carrier|bank|producer)|(partner|supplier|third.?party|external|provider|carrier|bank)[\w-]{0,20} .{0,30}(feed|file|payload|data|export|webhook|api|response)|producer[=:]\s?\S*(partner|feed|external|supplier)|webhook|client (app|version)|\bapp[/ ]v?\d|user.?agent|mobile app|sdk[/ ]v?\d/

/** Data of others came in another form. */
export const changedData: ExternalRule = {
  name: 'data-of-others-changed',
  fault: 'data',
  look({ symptoms }) {
    const said = saidOf(symptoms.sayings, refused).filter(({ text }) => origin.test(text.toLowerCase()))
    if (said.length === 0) return undefined
    return {
      name: 'data of another party',
      strength: said.some(({ count }) => count >= 5) ? 0.62 : 0.5,
      statement: `Data that others send came in another form: ${said[0]?.text.slice(0, 200) ?? ''}. ${listed(servicesOf(said))} can not read it.`,
      evidence: evidenceOf(said),
    }
  },
}
