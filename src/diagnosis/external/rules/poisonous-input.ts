import type { Attributes } from '../../../telemetry/signals/signal.ts'
import type { ExternalRule } from '../external-rule.ts'
import { evidenceOf, saidOf } from '../said.ts'

const most = { records: 20_000, failures: 3_000, text: 1_500, values: 500 } as const
/** What names one input, and does not name a place, a version or a call. */
const identity =
  /(^|[._-])(record|message|msg|event|row|doc|document|object|file|filename|order|batch|item|payload|entry|blob|upload|job|offset|tenant|customer|account|user|invoice|asset|image|sku|product|dataset|key)([._-]?(id|offset|uuid|key|name|hash|number|no|path))?$/i
/** `file stock-0512.csv`, `message 7f3a`, `tenant 4711`. */
const inWords =
  /\b(file|message|record|event|document|object|batch|tenant|customer|upload|row|offset|job)\s(?:id\s)?["'#]?((?=[\w./-]{0,80}\d)[\w./-]{3,80})/gi
const noIdentity = /trace|span|request|correlation|node|pod|host|version|index|kind|type|partition$/i
const again =
  /redeliver|same (offset|message|record)|stuck|blocked|poison|dead.?letter|dlq|retrying (message|record|offset)|reprocess|requeue|crash.?loop/
/** Failures that the same input makes, and their share of all that name an input. */
const least = { failures: 4, share: 0.85 } as const

/** One record, message, file or customer makes everything that meets it fail, again and again. */
export const poisonousInput: ExternalRule = {
  name: 'poisonous-input',
  fault: 'data',
  look({ evidence, symptoms }) {
    const failing = new Map<string, Map<string, number>>()
    const healthy = new Map<string, Set<string>>()
    let failures = 0
    const note = (pairs: readonly (readonly [string, string])[], bad: boolean) => {
      for (const [key, value] of pairs) {
        if (!bad) {
          const values = healthy.get(key) ?? new Set()
          if (values.size < most.values) healthy.set(key, values.add(value))
          continue
        }
        const counts = failing.get(key) ?? new Map<string, number>()
        if (counts.size < most.values || counts.has(value)) counts.set(value, (counts.get(value) ?? 0) + 1)
        failing.set(key, counts)
      }
    }
    for (const { body, attributes, severity } of evidence.logs.slice(-most.records)) {
      const bad = severity >= 13
      if (bad && ++failures > most.failures) continue
      note([...pairsIn(body), ...pairsOf(attributes)], bad)
    }
    for (const { attributes, error } of evidence.spans.slice(-most.records)) note(pairsOf(attributes), error)
    const [worst] = [...failing]
      .flatMap(([key, counts]) => {
        const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
        const [top] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
        if (!top || all < least.failures || top[1] / all < least.share || !tells(top[0])) return []
        const others = [...(healthy.get(key) ?? [])].filter(value => value !== top[0]).length
        return [{ key, value: top[0], count: top[1], others }]
      })
      .sort((a, b) => b.others - a.others || b.count - a.count || (a.key < b.key ? -1 : 1))
    if (!worst) return undefined
    const said = saidOf(symptoms.sayings, again)
    const kinds = Math.max(
      ...(['validation', 'crash', 'backlog', 'error'] as const).map(kind => symptoms.kinds.get(kind) ?? 0),
    )
    if (kinds < 0.5) return undefined
    const strength =
      0.45 + (said.length > 0 ? 0.25 : 0) + (worst.others > 0 ? 0.15 : 0) + (worst.count >= 10 ? 0.05 : 0)
    const named = saidOf(
      symptoms.sayings,
      new RegExp(worst.value.slice(0, 80).toLowerCase().replace(/[^\w]/g, '\\$&')),
    )
    return {
      name: `input ${worst.key}=${worst.value}`.slice(0, 120),
      strength: Math.min(0.9, strength),
      statement: `One input makes everything that meets it fail: ${worst.key}=${worst.value.slice(0, 60)} is in ${worst.count} failures${said.length > 0 ? ', and it comes again and again' : ''}. Take it out; no change of ours is to blame.`,
      evidence: [
        { source: 'logs', detail: `${worst.count} failures with ${worst.key}=${worst.value}`.slice(0, 280) },
        ...evidenceOf([...named, ...said]),
      ],
    }
  },
}

/** A number of many digits or a name with digits; `title` or `3` tells nothing. */
const tells = (value: string): boolean => value.length >= 4 && /\d{2}/.test(value)

function pairsIn(text: string): [string, string][] {
  const told = text.slice(0, most.text)
  const named = [...told.matchAll(/([A-Za-z][\w.-]{0,40})[=:]\s?"?([\w./@-]{1,80})/g)].flatMap(
    ([, key = '', value = '']) => (isIdentity(key) ? [[key, value] as [string, string]] : []),
  )
  const worded = [...told.matchAll(inWords)].map(
    ([, key = '', value = '']) => [key.toLowerCase(), value] as [string, string],
  )
  return [...named, ...worded]
}

function pairsOf(attributes: Attributes): [string, string][] {
  return Object.entries(attributes).flatMap(([key, value]): [string, string][] => {
    if (typeof value === 'string' && value.startsWith('{')) return pairsIn(value.replaceAll('"', ''))
    return isIdentity(key) ? [[key, String(value).slice(0, 80)]] : []
  })
}

const isIdentity = (key: string): boolean => identity.test(key) && !noIdentity.test(key)
