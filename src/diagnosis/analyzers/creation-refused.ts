import type { FaultClass } from '../diagnosis.ts'
import { type Analyzer, strengths } from './analyzer.ts'
import { reportsIn } from './reported.ts'
import { called, plain, sentences } from './wording.ts'

const kinds: readonly { pattern: RegExp; rule: string; class: FaultClass; say: string }[] = [
  {
    pattern: /exceeded quota/,
    rule: 'creation-over-quota',
    class: 'quota',
    say: 'the ResourceQuota of the namespace does not allow it (exceeded quota)',
  },
  {
    pattern: /failed quota|must specify (limits|requests|cpu|memory)/,
    rule: 'creation-lacks-requests',
    class: 'quota',
    say: 'the ResourceQuota demands requests or limits that its containers do not specify',
  },
  {
    pattern: /(maximum|minimum) \S{1,60} usage per|limit to request ratio/,
    rule: 'creation-outside-limits',
    class: 'quota',
    say: 'a LimitRange of the namespace does not allow what it asks for',
  },
  {
    pattern: /violates PodSecurity/,
    rule: 'creation-pod-security',
    class: 'admission',
    say: 'the Pod Security level of the namespace does not allow it',
  },
  {
    pattern: /unable to validate against any (pod security policy|security context constraint)/,
    rule: 'creation-pod-security',
    class: 'admission',
    say: 'no security policy of the cluster allows it',
  },
  {
    pattern: /failed calling webhook/,
    rule: 'creation-webhook-unreachable',
    class: 'admission',
    say: 'an admission webhook cannot be called',
  },
  {
    pattern: /admission webhook .{1,260}denied the request|ValidatingAdmissionPolicy/,
    rule: 'creation-denied',
    class: 'admission',
    say: 'an admission policy denies it',
  },
  {
    pattern: /serviceaccount .{1,260}not found|error looking up service account/,
    rule: 'creation-without-account',
    class: 'reference',
    say: 'its ServiceAccount does not exist',
  },
  {
    pattern: /no PriorityClass with name/,
    rule: 'creation-without-class',
    class: 'reference',
    say: 'its PriorityClass does not exist',
  },
  {
    pattern: /is being terminated/,
    rule: 'creation-in-terminating-namespace',
    class: 'config',
    say: 'the namespace is being deleted',
  },
  {
    pattern: /is forbidden|is invalid|Invalid value/,
    rule: 'creation-refused',
    class: 'admission',
    say: 'the API server refuses it',
  },
]

/** A controller can not create pods, and says why. */
export const creationRefused: Analyzer = {
  name: 'creation-refused',
  finds:
    'A controller cannot create its pods (FailedCreate, ReplicaFailure): quota, limits, security level, webhook, policy or account.',
  unless: 'All pods of the workload are there and ready.',
  rules: [...new Set(kinds.map(({ rule }) => rule))],
  *look(view) {
    for (const { workload, reason, text, evidence } of reportsIn(view, /./)) {
      if (!/^(FailedCreate|ReplicaSetCreateError|ReplicaFailure|FailedUpdate)$/.test(reason)) continue
      const found = kinds.find(({ pattern }) => pattern.test(text))
      if (!found) continue
      yield {
        rule: found.rule,
        object: workload,
        class: found.class,
        statement: sentences(
          `${called(workload)} cannot create its pods (FailedCreate): ${found.say}`,
          plain(text, 260),
        ),
        strength: strengths.told,
        observed: true,
        // Another analyzer may know which quota, webhook or account it is.
        symptom: true,
        evidence: [evidence],
        explains: workload.pods,
      }
    }
  },
}
