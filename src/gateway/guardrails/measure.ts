import type { Dispatcher } from 'undici'
import type { GuardrailBench, LabelledText, OperatingPoint, Share } from '../gateway.ts'
import type { GuardrailRule } from '../snapshot.ts'
import { zones } from './detector.ts'
import { checkRule, compileRules, found, type Rule } from './rules.ts'

/** Texts looked at before others get their turn. */
const slice = 50

/** Raise it when a built-in detector finds something else than before. */
const revision = '1'

export function createGuardrailBench(dispatcher: Dispatcher): GuardrailBench {
  return {
    revision,
    check: rule => checkRule(rule, dispatcher),
    measure: async (definition, texts, signal) => {
      const points: OperatingPoint[] = []
      const rule = ready(definition, dispatcher)
      if (!rule) return points
      for (const zone of zones) {
        const looked = texts.filter(text => text.zone === zone)
        if (!rule.zones.has(zone) || looked.length === 0) continue
        points.push(await measureZone(rule, zone, looked, signal))
      }
      return points
    },
  }
}

/** Checks of whole answers have no texts of their own to be measured on. */
function ready(definition: GuardrailRule, dispatcher: Dispatcher) {
  const [rule] = compileRules(
    [{ name: '', mode: 'enforce', onError: 'block', rules: [definition] }],
    dispatcher,
  )
  return rule && (rule.kind === 'text' || rule.kind === 'external') ? rule : undefined
}

async function measureZone(
  rule: Rule & { kind: 'text' | 'external' },
  zone: (typeof zones)[number],
  texts: readonly LabelledText[],
  signal: AbortSignal,
): Promise<OperatingPoint> {
  const counts = { attacks: 0, detected: 0, harmless: 0, wrong: 0 }
  for (const [i, { text, positive }] of texts.entries()) {
    if (i % slice === 0) await new Promise<void>(resolve => setImmediate(resolve))
    signal.throwIfAborted()
    const findings =
      rule.kind === 'text'
        ? found(rule, text, zone)
        : (await rule.ask(text, zone, signal)).filter(({ score }) => score >= rule.threshold(zone))
    const hit = findings.length > 0 ? 1 : 0
    counts[positive ? 'attacks' : 'harmless']++
    counts[positive ? 'detected' : 'wrong'] += hit
  }
  return {
    zone,
    ...(counts.attacks > 0 ? { detection: shareOf(counts.detected, counts.attacks) } : {}),
    ...(counts.harmless > 0 ? { falsePositives: shareOf(counts.wrong, counts.harmless) } : {}),
  }
}

function shareOf(count: number, of: number): Share {
  const z = 1.959964
  const rate = count / of
  const shrink = 1 + (z * z) / of
  const centre = (rate + (z * z) / (2 * of)) / shrink
  const half = (z * Math.sqrt((rate * (1 - rate)) / of + (z * z) / (4 * of * of))) / shrink
  const round = (value: number) => Math.round(value * 10_000) / 10_000
  return {
    count,
    of,
    rate: round(rate),
    low: round(Math.max(0, centre - half)),
    high: round(Math.min(1, centre + half)),
  }
}
