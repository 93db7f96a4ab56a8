import type { ExternalRule } from '../external-rule.ts'
import { evidenceOf, listed, platform, saidOf, servicesOf } from '../said.ts'

const certificate =
  /(certificate|cert|x509|tls|ssl)\b.{0,60}(expired|not after|notafter|no longer valid|is past)|expired .{0,20}(certificate|cert)\b|cert_date|cert_has_expired|not_after .{0,30}(past|passed)/
const credential =
  /(api.?key|access key|licen[cs]e|subscription|client secret|service.?account.{0,10}key|credentials?|password|signing key|contract|trial|domain|support token) .{0,40}(has |have |is |was )?(expired|lapsed|ended|revoked by|suspended)|payment required|\b402\b|account .{0,20}(suspended|past due|disabled by)|licen[cs]e .{0,30}(invalid|limit|violation)/
const clock =
  /clock (skew|drift|jump)|ntp .{0,30}(fail|unreach|unsync|lost|drift)|system (clock|time) .{0,30}(jump|drift|off|wrong|ahead|behind)|time (drift|jump)|leap second|chrony|not synchroni[sz]ed/

/** A certificate reached the end of its time. */
export const certificateExpired: ExternalRule = {
  name: 'certificate-expired',
  fault: 'certificate',
  look({ symptoms }) {
    const said = saidOf(symptoms.sayings, certificate)
    const metric = symptoms.shifts.find(
      ({ metric, direction, after }) => direction === 'down' && /cert|tls|x509/i.test(metric) && after <= 0,
    )
    if (said.length === 0 && !metric) return undefined
    const many = servicesOf(said).length > 1 || said.some(({ count }) => count >= 3)
    return {
      name: 'certificate expired',
      strength: many ? 0.88 : 0.75,
      definite: said.length > 0,
      statement: `A certificate has expired: ${said[0]?.text.slice(0, 200) ?? metric?.metric}. ${listed(servicesOf(said))} can not connect until it is renewed; no change did this, time did.`,
      evidence: [
        ...evidenceOf(said),
        ...(metric
          ? [{ source: metric.source, detail: `${metric.metric} ${metric.before} → ${metric.after}` }]
          : []),
      ],
    }
  },
}

/** A licence, key or account with others reached its end. */
export const credentialExpired: ExternalRule = {
  name: 'credential-expired',
  fault: 'permission',
  look({ symptoms }) {
    const said = saidOf(symptoms.sayings, credential).filter(
      ({ text }) => !certificate.test(text.toLowerCase()),
    )
    if (said.length === 0) return undefined
    return {
      name: 'licence or credential expired',
      strength: said.some(({ count }) => count >= 3) ? 0.8 : 0.65,
      definite: true,
      statement: `A licence, key or account has ended: ${said[0]?.text.slice(0, 200) ?? ''}. ${listed(servicesOf(said))} is refused until it is renewed; no change did this, time did.`,
      evidence: evidenceOf(said),
    }
  },
}

/** Clocks disagree. */
export const clockWrong: ExternalRule = {
  name: 'clock-wrong',
  fault: 'node',
  look({ symptoms }) {
    const said = saidOf(symptoms.sayings, clock, 0.5)
    if (said.length === 0) return undefined
    return {
      name: 'clock',
      strength: said.some(({ count }) => count >= 3) ? 0.72 : 0.55,
      ...(said.some(({ service }) => platform.test(service)) && { definite: true }),
      statement: `Clocks disagree: ${said[0]?.text.slice(0, 200) ?? ''}. What is valid for a time is refused at ${listed(servicesOf(said))}.`,
      evidence: evidenceOf(said),
    }
  },
}
