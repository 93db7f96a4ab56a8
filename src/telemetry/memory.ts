import { usageOfCalls } from './call-usage.ts'
import { PhaseUnits } from './phase-units.ts'
import { memoryCallHistory } from './slo/memory-call-history.ts'
import type { CallRecord, Feedback, Telemetry } from './telemetry.ts'

/** Telemetry that is gone with the process: for tests and for trying things out. */
export function memoryTelemetry(): Telemetry {
  /** In the order of arrival. */
  const calls = new Map<string, CallRecord>()
  const feedback = new Map<string, Feedback[]>()
  const of = ({ namespace, route }: { namespace: string; route: string }) =>
    [...calls.values()].filter(call => call.namespace === namespace && call.route === route)
  const has = (call: string, source: Feedback['source']) =>
    (feedback.get(call) ?? []).some(given => given.source === source)
  return {
    append: async (newCalls, newFeedback) => {
      for (const call of newCalls) if (!calls.has(call.id)) calls.set(call.id, structuredClone(call))
      for (const given of newFeedback)
        feedback.set(given.call, [...(feedback.get(given.call) ?? []), structuredClone(given)])
    },
    call: async id => {
      const call = calls.get(id)
      return call && { ...call, feedback: feedback.get(id) ?? [] }
    },
    calls: async ({ namespace, route, release, limit }) =>
      [...calls.values()]
        .filter(
          call =>
            (namespace === undefined || call.namespace === namespace) &&
            (route === undefined || call.route === route) &&
            (release === undefined || call.release === release),
        )
        .sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
        .slice(0, limit),
    ...memoryCallHistory(async route =>
      of(route).map(call => ({ ...call, feedback: feedback.get(call.id) ?? [] })),
    ),
    usage: async query => usageOfCalls(calls.values(), query),
    units: async query => {
      const units = new PhaseUnits()
      for (const call of calls.values())
        if (call.namespace === query.namespace && call.route === query.route && call.phase === query.phase)
          units.add(call)
      for (const given of feedback.values()) for (const one of given) units.note(one)
      return units.closed(query)
    },
    traffic: async ({ namespace, route, since }) => {
      const shown = [...calls.values()].filter(
        call =>
          call.namespace === namespace &&
          call.route === route &&
          call.at >= since &&
          (call.arm === 'stable' || call.arm === 'candidate'),
      )
      const answered = shown.filter(({ id }) => feedback.has(id)).length
      return {
        calls: shown.length,
        units: new Set(shown.map(({ unit }) => unit)).size,
        feedback: shown.length === 0 ? 0 : answered / shown.length,
        ...(shown.length === 0
          ? {}
          : { firstAt: shown.reduce((first, { at }) => Math.min(first, at), Infinity) }),
      }
    },
    unscored: async ({ after, since, limit, ...route }) => {
      const arrivals = new Map([...calls.keys()].map((id, i) => [id, i + 1]))
      const found = of(route)
        .filter(
          ({ id, at, arm }) =>
            (arrivals.get(id) ?? 0) > after && at >= since && arm !== 'evaluation' && !has(id, 'scorer'),
        )
        .slice(0, limit)
      return { calls: found, next: arrivals.get(found.at(-1)?.id ?? '') ?? after }
    },
    reviewed: async ({ source, window, limit, ...route }) =>
      of(route)
        .filter(({ at }) => !window || (at >= window.from && at < window.to))
        .filter(({ id, arm }) => (arm === 'stable' || arm === 'candidate') && (!source || has(id, source)))
        .sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
        .slice(0, limit)
        .map(({ input: _, context: __, output, ...call }) => ({
          ...call,
          recorded: output !== undefined,
          feedback: feedback.get(call.id) ?? [],
        })),
    judgeUse: async ({ scorer, since, ...route }) => {
      const verdicts = of(route)
        .flatMap(({ id }) => feedback.get(id) ?? [])
        .filter(({ source, by, at }) => source === 'scorer' && by?.startsWith(`${scorer}@`) && at >= since)
      return {
        verdicts: verdicts.length,
        usd: verdicts.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0),
        unknown: verdicts.filter(({ costUsd }) => costUsd === undefined).length,
      }
    },
    forget: async ({ before, ...route }) => {
      const old = of(route).filter(
        ({ at, input, context, output }) => at < before && (input ?? context ?? output) !== undefined,
      )
      for (const { input: _, context: __, output: ___, ...rest } of old) calls.set(rest.id, rest)
      return old.length
    },
  }
}
