import type { ExternalRule } from '../external-rule.ts'
import { evidenceOf, listed, platform, servicesOf } from '../said.ts'

/** What machines say of the workloads that we gave them, and not of themselves. */
const ofWorkloads =
  /oom|out of memory|probe|back-?off|pull|throttl|crashloop|failed to start|mount|config(map)? |secret|exit code|evict|killed|scheduled|fail(ed|ing) to schedul|insufficient|quota|readiness|unhealthy/i

/** Machines, kernels, clocks, name servers and the cluster itself tell of their own troubles. */
export const platformFails: ExternalRule = {
  name: 'platform-fails',
  fault: 'node',
  look({ symptoms }) {
    const said = symptoms.sayings.filter(
      ({ service, text, weight, source }) =>
        source !== 'incident.json' && weight >= 0.5 && platform.test(service) && !ofWorkloads.test(text),
    )
    if (said.length === 0) return undefined
    const metric = symptoms.shifts.find(
      ({ service, metric }) =>
        platform.test(service) || /(^|_)node_|gpu|xid|ecc|hardware|smart_/i.test(metric),
    )
    return {
      name: servicesOf(said)[0] ?? 'platform',
      strength: 0.55 + (metric ? 0.2 : 0) + (said.some(({ count }) => count >= 3) ? 0.05 : 0),
      statement: `The platform below fails: ${said[0]?.text.slice(0, 200) ?? ''}${metric ? `; ${metric.metric} of ${metric.service} went from ${metric.before} to ${metric.after}` : ''}. ${listed(symptoms.onset ? [...symptoms.suffering.keys()].filter(name => !platform.test(name)).slice(0, 3) : [])} suffers from it; no change of ours is to blame.`,
      evidence: [
        ...evidenceOf(said),
        ...(metric
          ? [{ source: metric.source, detail: `${metric.metric} ${metric.before} → ${metric.after}` }]
          : []),
      ],
    }
  },
}
