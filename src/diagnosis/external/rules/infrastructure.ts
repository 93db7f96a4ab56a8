import type { ExternalRule } from '../external-rule.ts'
import { evidenceOf, listed, saidOf, servicesOf } from '../said.ts'

const names =
  /no such host|nxdomain|servfail|name resolution|\benotfound\b|eai_again|could not resolve|unknown ?host|dns .{0,30}(fail|timeout|error|unreach|servfail)|failed to resolve|lookup .{1,100}(i\/o timeout|timeout|server misbehaving|no such host)|name or service not known|coredns/
const zone =
  /availability.?zone|\baz\b.{0,30}(outage|down|impair|unavail|unreach)|\bzone\b.{0,40}(outage|impair|unavailable|down|unreachable|evacuat)|region .{0,30}(outage|impair|unavailable|down)|instance .{0,40}(terminated|retir|preempt|stopped by|status check|unreachable|interrupt)|spot .{0,20}(interrupt|reclaim|terminat)|preempt(ed|ion|ible)|node .{0,80}(notready|not ready|became unreachable|is down|lost)|nodenotready|hardware (fail|error|fault)|host (maintenance|failure)|(volume|disk|ebs) .{0,30}(impaired|degraded by|i\/o error|detached)|input\/output error|ecc error|machine check/
const network =
  /packet loss|no route to host|network (is )?unreachable|network partition|link (down|flap)|bgp|peering|fibre|fiber cut|interface .{0,20}down|cross-(zone|region|az) .{0,40}(timeout|loss|latency|unreach)|conntrack .{0,20}full|nat gateway .{0,30}(error|fail|exhaust)|port allocation/
const managed =
  /failover|fail-over|switchover|maintenance (window|event|started|in progress)|(primary|leader|master) .{0,40}(changed|promoted|lost|down|unavailable|elected|step)|read-only (transaction|mode|replica)|cannot execute .{1,40} in a read-only|leader (election|not available)|not.?leader|broker .{0,40}(down|unavailable|not available|disconnected|offline)|under.?replicated|quorum lost|cluster .{0,20}(red|degraded)/

/** Names can not be resolved. */
export const nameResolution: ExternalRule = {
  name: 'name-resolution-fails',
  fault: 'dns',
  look({ symptoms }) {
    const said = saidOf(symptoms.sayings, names)
    const metric = symptoms.shifts.find(
      ({ metric, direction }) => direction === 'up' && /dns|coredns|resolv/i.test(metric),
    )
    if (said.length === 0) return undefined
    const many = servicesOf(said).length > 1
    const resolver = symptoms.sayings.some(
      ({ service, weight }) => weight >= 0.5 && /dns|resolver/i.test(service),
    )
    return {
      name: 'name resolution',
      ...(resolver && many && { definite: true }),
      strength: Math.min(
        0.9,
        0.6 + (many ? 0.15 : 0) + (metric ? 0.15 : 0) + (said.some(({ count }) => count >= 10) ? 0.05 : 0),
      ),
      statement: `Names can not be resolved: ${said[0]?.text.slice(0, 200) ?? ''}. ${listed(servicesOf(said))} can not find what it calls.${metric ? ` ${metric.metric} rose from ${metric.before} to ${metric.after}.` : ''}`,
      evidence: [
        ...evidenceOf(said),
        ...(metric
          ? [{ source: metric.source, detail: `${metric.metric} ${metric.before} → ${metric.after}` }]
          : []),
      ],
    }
  },
}

const place = (
  name: string,
  fault: 'node' | 'network' | 'storage',
  pattern: RegExp,
  what: string,
  words: string,
): ExternalRule => ({
  name,
  fault,
  look({ symptoms }) {
    const said = saidOf(symptoms.sayings, pattern)
    if (said.length === 0) return undefined
    const sure = (servicesOf(said).length > 1 ? 0.1 : 0) + (said.some(({ count }) => count >= 5) ? 0.1 : 0)
    return {
      name: what,
      strength: Math.min(0.88, 0.62 + sure),
      statement: `${words}: ${said[0]?.text.slice(0, 200) ?? ''}. ${listed(servicesOf(said))} suffers from it; no change of ours is to blame.`,
      evidence: evidenceOf(said),
    }
  },
})

/** A zone, a machine or its hardware is gone. */
export const zoneOutage = place(
  'zone-or-machine-lost',
  'node',
  zone,
  'zone or machine',
  'A zone or a machine is gone',
)
/** The network between machines loses what it carries. */
export const networkFault = place(
  'network-fault',
  'network',
  network,
  'network',
  'The network fails between machines',
)
/** A database or broker changed its leader or is under maintenance. */
export const managedFailover = place(
  'managed-failover',
  'storage',
  managed,
  'failover of a managed service',
  'What we store in changed its leader or is under maintenance',
)
