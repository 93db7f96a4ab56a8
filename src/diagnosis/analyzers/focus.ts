import type { Case } from '../channel.ts'
import type { Cluster } from '../cluster.ts'
import type { FaultClass } from '../diagnosis.ts'
import type { Place } from './analyzer.ts'
import type { View } from './view.ts'

/** What an incident is about, by its words: which objects, which namespaces and which symptoms. */
export interface Focus {
  /** Factor on the odds of a suspicion about these objects: above 1 for those that are named. */
  about(places: readonly Place[]): number
  /** Factor on the odds of a class of fault: above 1 for those that cause what is told. */
  ofClass(fault: FaultClass): { fits: boolean; factor: number }
  /** Whether it names the object, or what the object belongs to. */
  names(place: Place): boolean
}

const most = { depth: 5, values: 2_000, characters: 20_000 } as const

/** What people and alerts say, as beginnings of words, and which faults show that way. */
const symptoms: readonly (readonly [RegExp, readonly FaultClass[]])[] = [
  [/pending|schedul/, ['scheduling', 'quota', 'storage', 'node', 'capability', 'reference']],
  [/containercreating|container creating|mount/, ['reference', 'storage', 'node', 'network']],
  [
    /\bstart|configerror|initiali/,
    ['reference', 'image', 'crash', 'permission', 'config', 'storage', 'probe', 'dns', 'admission'],
  ],
  [/restart|crash|backoff|exit/, ['probe', 'crash', 'memory', 'config', 'port', 'permission']],
  [
    /\bready|notready|unready|readiness|unhealthy/,
    ['probe', 'port', 'crash', 'image', 'scheduling', 'reference', 'dns', 'storage', 'config'],
  ],
  [
    /connect|reach|refus|50[234]|traffic|endpoint|communicat|access(?!ion)/,
    ['selector', 'port', 'network', 'dns', 'absence', 'probe', 'permission', 'reference'],
  ],
  [/scal(e|ing|er)|\bhpa\b/, ['scaling', 'quota', 'capability', 'scheduling']],
  [
    /replica|rollout|deploy(?!ment)|update|stuck/,
    ['quota', 'rollout', 'scheduling', 'admission', 'reference', 'image', 'storage', 'probe'],
  ],
  [/\boom|memory|killed/, ['memory']],
  [/throttl|slow|latenc|cpu|perform/, ['cpu', 'memory', 'scaling', 'latency']],
  [/permission|forbidden|denied|unauthori|rbac|access/, ['permission', 'admission', 'network']],
  [/\bimage|\bpull/, ['image']],
  [/volume|\bpvc\b|disk|storage|claim/, ['storage', 'reference', 'disk']],
  [/evict|drain/, ['node', 'rollout', 'disk', 'memory']],
  [/\bjob|\bcron|schedule/, ['job', 'crash', 'image', 'config']],
  [/\bdns\b|resolv|lookup/, ['dns', 'network']],
  [
    /ingress|\broute|gateway|\b404\b/,
    ['port', 'selector', 'reference', 'capability', 'certificate', 'network', 'config'],
  ],
  [/\bcert|\btls\b|\bssl\b|expir/, ['certificate', 'reference']],
  [/quota|\blimit/, ['quota', 'memory', 'cpu']],
  [/terminating|delet|finaliz/, ['config', 'delivery', 'admission']],
  [/\bnode/, ['node', 'scheduling']],
  [/\bsync|argo|\bflux|gitops|\bhelm/, ['delivery', 'capability']],
]

export function focusOf({ incident }: Pick<Case, 'incident'>, view: View): Focus {
  const told = textsIn([incident.summary, incident.service, incident.services, incident.alerts])
  const names = namesIn(told)
  const words = told.map(text => text.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()).join('\n')
  const isNamed = namedBy(names, view)
  const namespaces = focusNamespaces(view.cluster, names, isNamed)
  const anyNamed = view.workloads.some(isNamed) || view.cluster.objects.some(isNamed)
  const classes = new Set(symptoms.flatMap(([pattern, faults]) => (pattern.test(words) ? faults : [])))
  return {
    names: isNamed,
    about(places) {
      if (!anyNamed && namespaces.size === 0) return 1
      if (places.some(isNamed)) return 1.6
      if (places.some(({ namespace, kind, name }) => namespaces.has(kind === 'Namespace' ? name : namespace)))
        return anyNamed ? 0.8 : 1
      return places.every(({ namespace, kind }) => namespace === '' && kind !== 'Namespace') ? 0.8 : 0.35
    },
    ofClass: fault =>
      classes.size === 0
        ? { fits: false, factor: 1 }
        : classes.has(fault)
          ? { fits: true, factor: 1.5 }
          : { fits: false, factor: 0.75 },
  }
}

/** Texts of values however deep, without those that are no words of people, such as queries. */
function textsIn(value: unknown): string[] {
  const found: string[] = []
  const walk = (part: unknown, depth: number): void => {
    if (found.length >= most.values || depth > most.depth || part === null || part === undefined) return
    if (typeof part === 'string') found.push(part.slice(0, most.characters))
    else if (typeof part === 'object')
      for (const [key, member] of Object.entries(part)) {
        // Whoever measured it is not what it is about, and queries and links hold any word.
        if (!/^(expr|generatorURL|runbook_url|prometheus|endpoint|instance|uid|id|fingerprint)$/.test(key))
          walk(member, depth + 1)
      }
  }
  walk(value, 0)
  return found
}

/** Words that may be names, and two that follow one another as one name. */
function namesIn(texts: readonly string[]): Set<string> {
  const names = new Set<string>()
  for (const text of texts) {
    const words = text
      .toLowerCase()
      .split(/[^a-z0-9.-]+/)
      .map(word => word.replace(/^[.-]+|[.-]+$/g, ''))
      .filter(Boolean)
    for (const [index, word] of words.entries()) {
      names.add(word)
      const next = words[index + 1]
      if (next) names.add(`${word}-${next}`)
    }
  }
  return names
}

/** Words of questions are names of objects too seldom. */
const everyday = new Set(
  'the a is in on of and why what with pod pods service deployment job node namespace default app issue error cluster kubernetes prod production'.split(
    ' ',
  ),
)

const namedBy =
  (names: ReadonlySet<string>, view: View) =>
  (place: Place): boolean => {
    const isThere = (name: string) => names.has(name.toLowerCase()) && !everyday.has(name.toLowerCase())
    if (isThere(place.name)) return true
    const workload = view.ownerOf(place)
    return (
      workload !== undefined && (isThere(workload.name) || workload.pods.some(({ name }) => isThere(name)))
    )
  }

function focusNamespaces(
  cluster: Cluster,
  names: ReadonlySet<string>,
  isNamed: (place: Place) => boolean,
): Set<string> {
  const said = cluster.namespaces.filter(name => names.has(name) && name !== 'default')
  return new Set(
    said.length > 0
      ? said
      : cluster.objects
          .filter(object => object.namespace !== '' && isNamed(object))
          .map(({ namespace }) => namespace),
  )
}
