import type { Saying } from '../changes/symptoms/symptom.ts'
import type { Evidence } from '../diagnosis.ts'

/** Services that are the machines and the cluster themselves, and speak of them. */
export const platform =
  /^(kube(let|-\w+)|node([-_]\w+)*|chronyd|ntpd|systemd|kernel|containerd|dockerd|coredns|etcd|cloud-\w+|[\w-]*termination-handler|[\w-]*autoscaler|cni\w*|calico\w*|cilium\w*)$/i

const most = { text: 2_000, detail: 300, evidence: 6 } as const

/** What was said in words that match, the weightiest first. */
export const saidOf = (sayings: readonly Saying[], pattern: RegExp, least = 0.4): Saying[] =>
  sayings
    .filter(({ text, weight }) => weight >= least && pattern.test(text.slice(0, most.text).toLowerCase()))
    .sort((a, b) => b.weight - a.weight || b.count - a.count || (a.text < b.text ? -1 : 1))

export const evidenceOf = (sayings: readonly Saying[]): Evidence[] =>
  sayings.slice(0, most.evidence).map(({ source, text, count }) => ({
    source,
    detail: `${count > 1 ? `${count} × ` : ''}${oneLine(text)}`.slice(0, most.detail),
  }))

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** Services that said so. */
export const servicesOf = (sayings: readonly Saying[]): string[] =>
  [...new Set(sayings.map(({ service }) => service).filter(service => service !== ''))].sort()

export const clock = (at: number): string => `${new Date(at).toISOString().slice(11, 16)} UTC`

/** Names in a sentence; the rest by their number. */
export const listed = (names: readonly string[]): string =>
  names.length === 0
    ? 'the system'
    : names.length <= 3
      ? names.join(', ')
      : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
