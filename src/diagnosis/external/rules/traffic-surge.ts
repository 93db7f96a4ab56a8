import { median, shiftOf } from '../../changes/symptoms/metric-shifts.ts'
import { kindsShown } from '../../changes/symptoms/metric-signs.ts'
import type { ExternalRule } from '../external-rule.ts'
import { clock, evidenceOf, saidOf } from '../said.ts'

const surge =
  /(traffic|request|load|order|sign.?up|login) .{0,20}(surge|spike|burst|flood|wave|peak)|flash (sale|crowd)|campaign|viral|ddos|bot(net)? |scrap(er|ing)|crawler|credential stuffing|brute force|distinct (ips|clients)|black friday|product launch/
/** How many times the usual. */
const least = 1.7
/** What is asked of us, not what we ask of others. */
const asked =
  /(request|req_|rps|qps|tps|hits|visits|sessions|logins|sign_?ups|orders|connections|messages|events|records|throughput)/i
const answered =
  /outbound|downstream|upstream|egress|client_|error|fail|latency|duration|p9\d|retr|queue|lag|quer|db_|pool|cache|5xx|4\d\d|timeout|flushed|processed|consumed/i

/** More is asked of us than before, from outside, and each request costs what it did. */
export const trafficSurge: ExternalRule = {
  name: 'traffic-surge',
  fault: 'traffic',
  look({ evidence, symptoms }) {
    const { onset, kinds } = symptoms
    if (!onset) return undefined
    const noticed = evidence.incident.startedAt ?? evidence.incident.detectedAt
    const series = evidence.tables.flatMap(table =>
      table.columns.flatMap((metric, column) => {
        if (!asked.test(metric) || answered.test(metric) || kindsShown(metric, 'up')[0] !== 'traffic-up')
          return []
        const values = table.values[column] ?? new Float64Array()
        const shift = shiftOf(table.at, values, metric, noticed)
        const usual = median([...values].filter(value => !Number.isNaN(value)))
        return [{ service: table.service, metric, shift, usual }]
      }),
    )
    const risen = series.flatMap(({ service, metric, shift }) =>
      shift &&
      shift.direction === 'up' &&
      shift.after >= least * Math.max(shift.before, 1e-9) &&
      shift.before > 0 &&
      shift.at <= onset.sure + 120_000
        ? [{ service, metric, ...shift }]
        : [],
    )
    const said = saidOf(symptoms.sayings, surge, 0.3)
    // Retries and loops of ours ask more of one service than comes in at the door.
    const flat = series.length - risen.length
    const retried =
      Math.max(...(['retries', 'calls-per-request', 'backlog'] as const).map(kind => kinds.get(kind) ?? 0)) >=
      0.6
    const [first] = risen.sort(
      (a, b) => a.at - b.at || b.after / b.before - a.after / a.before || (a.service < b.service ? -1 : 1),
    )
    if (!first || risen.length < flat) return undefined
    const factor = first.after / first.before
    const rising = new Set(risen.map(({ service }) => service))
    const callers = evidence.topology.calls.filter(({ to }) => to === first.service).map(({ from }) => from)
    const reported = evidence.incident.service
    // What we call is asked more by us, unless those who are called by others are asked more too.
    const fromInside =
      callers.length > 0
        ? !callers.some(caller => rising.has(caller))
        : reported !== undefined && !rising.has(reported) && risen.length === 1
    const strength =
      0.5 +
      Math.min(0.15, (factor - least) / 10) +
      (said.length > 0 ? 0.2 : 0) +
      (risen.length > 1 ? 0.1 : 0) -
      (retried ? 0.3 : 0) -
      (flat > 0 ? 0.15 : 0) -
      (fromInside ? 0.25 : 0)
    return {
      name: `traffic to ${first.service}`,
      strength: Math.max(0.1, Math.min(0.88, strength)),
      statement: `${first.service} is asked ${factor.toFixed(1)} times as much as before since ${clock(first.at)}: ${first.metric} rose from ${Number(first.before.toPrecision(4))} to ${Number(first.after.toPrecision(4))}. The load comes from outside; no change of ours is to blame.`,
      evidence: [
        ...risen.slice(0, 4).map(({ service, metric, before, after }) => ({
          source: `metrics/${service}.csv`,
          detail: `${metric} ${Number(before.toPrecision(4))} → ${Number(after.toPrecision(4))}`,
        })),
        ...evidenceOf(said),
      ],
    }
  },
}
