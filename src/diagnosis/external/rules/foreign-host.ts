import type { Saying } from '../../changes/symptoms/symptom.ts'
import type { ExternalRule } from '../external-rule.ts'
import { ownHosts } from '../own-hosts.ts'
import { evidenceOf, listed, servicesOf } from '../said.ts'

/** With its scheme any host, else one of a domain that hosts have: `server.js` and `com.acme.Cart` look like some. */
const called =
  /\bhttps?:\/\/([a-z0-9.-]{1,253})|\b((?:[a-z0-9-]{1,63}\.){1,6}(?:com|net|org|io|dev|cloud|ai|co|app|gov|eu|de|uk|fr|jp|in|us|example|test))\b(?![\w(/]*\.\w+\()/g
/** Services of others that programs call by name. */
const products =
  /\b(s3|dynamodb|sqs|sns|kinesis|lambda|secretsmanager|kms|cognito|bigquery|pub\/?sub|spanner|firestore|gcs|cosmosdb|blob storage|service bus|stripe|paypal|adyen|braintree|twilio|sendgrid|mailgun|auth0|okta|salesforce|hubspot|zendesk|shopify|openai|anthropic|bedrock|algolia|mapbox|cloudflare|fastly|akamai|datadog|pagerduty|launchdarkly|github api|slack api)\b/
const itself =
  /internalerror|internal error|service ?unavailable|slow ?down|\b5\d\d\b|outage|degraded|we encountered|please try again|throttlingexception/
const fails =
  /\b5\d\d\b|\b4(0[1-46-9]|1\d|2[0-9])\b|timeout|timed out|deadline|refused|reset|unavailable|unreachable|error|fail|outage|throttl|rate.?limit|quota|too many requests|overloaded|degraded|\bgone\b|deprecat|retired|sunset|no longer supported/
/** What the other side says that is about itself and not about what was asked. */
const itsOwn =
  /\b5\d\d\b|\b(402|410|429)\b|refused|unavailable|outage|overloaded|reset|quota|rate.?limit|too many requests|\bgone\b|deprecat|retired|sunset|no longer supported|maintenance/i
/** Code of others stands under such names, but nobody calls it at run time. */
const modules =
  /^(github\.com|gitlab\.com|golang\.org|google\.golang\.org|gopkg\.in|npmjs\.com|pypi\.org|proto\.io|k8s\.io)/
const outer =
  /(provider|third_?party|external|partner|supplier|carrier|gateway_provider|upstream_provider|psp)\w*/i

/** Calls to a host that is not ours fail, and these are much of all failures. */
export const foreignHost: ExternalRule = {
  name: 'foreign-host-fails',
  fault: 'provider',
  look({ evidence, symptoms }) {
    const ours = ownHosts(evidence)
    const byHost = new Map<string, Saying[]>()
    let [all, foreign] = [0, 0]
    for (const saying of symptoms.sayings) {
      const lower = saying.text.slice(0, 1_000).toLowerCase()
      if (!spoken(saying.source) || saying.weight < 0.5 || !fails.test(lower)) continue
      all += saying.weight * Math.log1p(saying.count)
      const host =
        [...lower.matchAll(called)]
          .map(([, url, name]) => url ?? name ?? '')
          .find(name => name.includes('.') && !/^[\d.]+$/.test(name) && !modules.test(name) && !ours(name)) ??
        (itself.test(lower) ? products.exec(lower)?.[1] : undefined)
      if (host === undefined) continue
      foreign += saying.weight * Math.log1p(saying.count)
      byHost.set(host, [...(byHost.get(host) ?? []), saying])
    }
    const [worst] = [...byHost].sort(([a, x], [b, y]) => total(y) - total(x) || (a < b ? -1 : 1))
    if (!worst || all === 0 || foreign / all < 0.3) return undefined
    const [host, sayings] = worst
    const metric = symptoms.shifts.find(shift => shift.direction === 'up' && outer.test(shift.metric))
    const several = servicesOf(sayings).length > 1
    const refused = sayings.some(({ text }) => itsOwn.test(text))
    const asked = sayings.every(({ text }) => /\b4\d\d\b/.test(text)) && !refused
    return {
      name: host.includes('.') ? `host ${host}` : `provider ${host}`,
      strength: Math.min(
        0.88,
        0.45 +
          (refused ? 0.15 : 0) -
          (asked ? 0.15 : 0) +
          (metric ? 0.15 : 0) +
          (several ? 0.1 : 0) +
          (foreign / all > 0.6 ? 0.1 : 0),
      ),
      statement: `Calls from ${listed(servicesOf(sayings))} to ${host}, which is not ours, fail: ${sayings[0]?.text.slice(0, 120) ?? ''}.${metric ? ` ${metric.metric} rose from ${metric.before} to ${metric.after}.` : ''} The cause is outside.`,
      evidence: [
        ...evidenceOf(sayings),
        ...(metric
          ? [{ source: metric.source, detail: `${metric.metric} ${metric.before} → ${metric.after}` }]
          : []),
      ],
    }
  },
}

const total = (sayings: readonly Saying[]): number =>
  sayings.reduce((sum, { count, weight }) => sum + weight * Math.log1p(count), 0)

/** Lines and spans of those who call; an alert or an Event says nothing of who called whom. */
const spoken = (source: string): boolean =>
  source.startsWith('logs/') || source.startsWith('kubectl/') || source === 'traces'
