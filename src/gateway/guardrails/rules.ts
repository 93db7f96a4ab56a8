import type { Dispatcher } from 'undici'
import type { GuardResult } from '../../telemetry/telemetry.ts'
import type { GuardrailContent, GuardrailRule } from '../snapshot.ts'
import type { Inspect } from './check.ts'
import { checks } from './checks/index.ts'
import { type Detect, DetectorError, type Finding, type Zone } from './detector.ts'
import { detectors } from './detectors/index.ts'
import { type AskExternal, createExternal } from './external.ts'

/** A rule of a guardrail made ready once per release. */
export type Rule = RuleSettings & Kind

interface RuleSettings {
  guardrail: string
  /** What is said when nothing was found, one object for all calls: nearly every call says so of every rule. */
  passed: Readonly<Record<Zone, GuardResult>>
  name: string
  zones: ReadonlySet<Zone>
  action: GuardrailRule['action']
  enforce: boolean
  failClosed: boolean
  threshold(zone: Zone): number
}

type Kind =
  | { kind: 'text'; detect: Detect; whole: boolean }
  | { kind: 'external'; ask: AskExternal }
  | { kind: 'answer'; inspect: Inspect }
  /** Its options are wrong: it fails whenever it should run. */
  | { kind: 'broken'; why: string }

export function compileRules(guardrails: readonly GuardrailContent[], dispatcher: Dispatcher): Rule[] {
  return guardrails.flatMap(({ name, mode, onError, rules }) =>
    rules.map(rule => ({
      guardrail: name,
      passed: passedOf(name, rule.name),
      name: rule.name,
      zones: new Set(rule.zones),
      action: rule.action,
      enforce: mode === 'enforce',
      failClosed: onError === 'block',
      ...runner(rule, dispatcher),
    })),
  )
}

function passedOf(guardrail: string, rule: string): RuleSettings['passed'] {
  const passed = (zone: Zone): GuardResult =>
    Object.freeze({ guardrail, rule, zone, verdict: 'allow', action: 'none' })
  return {
    user: passed('user'),
    document: passed('document'),
    tool: passed('tool'),
    output: passed('output'),
  }
}

type Runner = Pick<Rule, 'threshold'> & Kind

function runner({ detector: name, threshold, options }: GuardrailRule, dispatcher: Dispatcher): Runner {
  const given = threshold === undefined ? undefined : () => threshold
  try {
    if (name === 'external')
      return { kind: 'external', ask: createExternal(options, dispatcher), threshold: given ?? (() => 0.5) }
    const check = checks.find(one => one.name === name)
    if (check)
      return { kind: 'answer', inspect: check.create(options), threshold: given ?? (() => check.threshold) }
    const detector = detectors.find(one => one.name === name)
    if (!detector)
      throw new DetectorError(
        `there is no detector ${name}; use ${[...detectors, ...checks].map(one => one.name).join(', ')} or external`,
      )
    return {
      kind: 'text',
      detect: detector.create(options),
      whole: detector.whole === true,
      threshold: given ?? (zone => detector.threshold(zone)),
    }
  } catch (error) {
    return { kind: 'broken', why: (error as Error).message, threshold: () => 1 }
  }
}

/** @throws DetectorError when a rule can never run; for whoever writes a Guardrail. */
export function checkRule(rule: GuardrailRule, dispatcher: Dispatcher): void {
  const { why } = { why: undefined, ...runner(rule, dispatcher) } as { why?: string }
  if (why !== undefined) throw new DetectorError(`rule ${rule.name}: ${why}`)
}

/** Findings of a text rule that count. */
export function found(rule: Rule & { kind: 'text' }, text: string, zone: Zone): readonly Finding[] {
  const findings = rule.detect(text, zone)
  if (findings.length === 0) return findings
  const least = rule.threshold(zone)
  return findings.filter(({ score }) => score >= least)
}

/** What one rule says of one zone over a whole call. It has said nothing until it ran. */
export function resultOf(
  rule: Rule,
  zone: Zone,
  outcome: { findings: readonly Finding[] } | { failed: string },
): GuardResult {
  if ('failed' in outcome)
    return {
      ...rule.passed[zone],
      verdict: 'failed',
      action: rule.enforce && rule.failClosed ? 'block' : 'none',
      reason: outcome.failed.slice(0, 200),
    }
  let worst: Finding | undefined
  for (const finding of outcome.findings) if (!worst || finding.score > worst.score) worst = finding
  if (!worst) return rule.passed[zone]
  return {
    ...rule.passed[zone],
    verdict: 'deny',
    action: rule.enforce ? rule.action : 'none',
    score: Math.round(worst.score * 1000) / 1000,
    reason: worst.reason,
  }
}
