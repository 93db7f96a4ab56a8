import { PhaseUnits } from './phase-units.ts'
import type { CallRecord, Feedback, Telemetry } from './telemetry.ts'

/** Telemetry that is gone with the process: for tests and for trying things out. */
export function memoryTelemetry(): Telemetry {
  const calls = new Map<string, CallRecord>()
  const feedback = new Map<string, Feedback[]>()
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
  }
}
