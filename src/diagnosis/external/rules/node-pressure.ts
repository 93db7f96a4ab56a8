import type { ExternalRule } from '../external-rule.ts'
import { evidenceOf, listed, saidOf } from '../said.ts'

const pressure =
  /node .{0,80}(pressure|contended|saturat|overcommit|under .{0,40}load|out of (memory|cpu))|(memory|disk|pid)pressure|noisy|co-?tenant|cpu steal|steal time|evicted .{0,60}node|node cpu/
const nodeMetric = /^node_|_node_|steal/i

/** A machine has too much to do, and what takes it is not what suffers. */
export const nodePressure: ExternalRule = {
  name: 'node-pressure',
  fault: 'node',
  look({ evidence, symptoms }) {
    const said = saidOf(symptoms.sayings, pressure)
    const metrics = symptoms.shifts.filter(
      ({ metric, direction }) => direction === 'up' && nodeMetric.test(metric),
    )
    if (said.length === 0 && metrics.length === 0) return undefined
    const reported = evidence.incident.service
    const guests = symptoms.shifts.filter(
      ({ service, metric, direction, before, after }) =>
        direction === 'up' &&
        service !== reported &&
        /cpu|memory|mem|io/i.test(metric) &&
        !nodeMetric.test(metric) &&
        after > 3 * Math.max(before, 0.1),
    )
    const own = symptoms.shifts.some(
      ({ service, metric, before, after }) =>
        service === reported && /cpu_usage|memory|rss|heap/i.test(metric) && after > 1.5 * before,
    )
    const strength =
      0.4 +
      (said.length > 0 ? 0.15 : 0) +
      (metrics.length > 0 ? 0.15 : 0) +
      (guests.length > 0 ? 0.2 : 0) -
      (own ? 0.25 : 0)
    const [guest] = guests
    return {
      name: guest ? `node shared with ${guest.service}` : (metrics[0]?.service ?? 'node'),
      strength: Math.max(0.2, strength),
      statement: `The machine is overloaded: ${metrics[0] ? `${metrics[0].metric} of ${metrics[0].service} rose from ${metrics[0].before} to ${metrics[0].after}` : (said[0]?.text.slice(0, 160) ?? '')}.${guest ? ` ${guest.service} takes it (${guest.metric} ${guest.before} → ${guest.after});` : ''} ${listed(reported === undefined ? [] : [reported])} suffers without a change of its own.`,
      evidence: [
        ...metrics
          .slice(0, 3)
          .map(({ source, metric, before, after }) => ({ source, detail: `${metric} ${before} → ${after}` })),
        ...guests
          .slice(0, 2)
          .map(({ source, metric, before, after }) => ({ source, detail: `${metric} ${before} → ${after}` })),
        ...evidenceOf(said),
      ],
    }
  },
}
