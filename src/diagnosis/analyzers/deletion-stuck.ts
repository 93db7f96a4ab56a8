import type { AnyObject, Cluster } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { called, fieldOf, listed, plain, quoted, sentences } from './wording.ts'

/** Longer than graceful termination takes. */
const longMs = 10 * 60_000

/** Something is being deleted and does not go. */
export const deletionStuck: Analyzer = {
  name: 'deletion-stuck',
  finds:
    'A namespace or object is being deleted for long, held by finalizers or by kinds that no longer answer.',
  unless: 'Its deletion began less than ten minutes before.',
  rules: ['namespace-terminating', 'deletion-held-by-finalizers', 'pod-terminating'],
  *look({ cluster }) {
    for (const object of cluster.all('Namespace'))
      if (object.metadata.deletionTimestamp !== undefined || object.status?.phase === 'Terminating')
        yield namespace(cluster, object.name, object)
    for (const object of cluster.objects) {
      const found = object.kind === 'Namespace' ? undefined : held(cluster, object)
      if (found) yield found
    }
  },
}

const isLong = ({ at }: Cluster, { metadata: { deletionTimestamp: since } }: AnyObject): boolean =>
  since === undefined || at === undefined || at - since > longMs

function namespace(cluster: Cluster, name: string, object: AnyObject): Suspicion {
  const { conditions = [] } = cluster.get('Namespace', '', name)?.status ?? {}
  const holding = conditions.filter(({ status }) => status === 'True')
  const why =
    holding.find(({ type = '' }) => /Failure$/.test(type)) ??
    holding.find(({ type = '' }) => /^Namespace(FinalizersRemaining|ContentRemaining)$/.test(type))
  return {
    rule: 'namespace-terminating',
    object,
    class: 'config',
    strength: why && isLong(cluster, object) ? strengths.told - 0.07 : strengths.possible,
    observed: true,
    statement: sentences(
      `${called(object)} is Terminating, so nothing can be created in it${why ? `, and its deletion does not end: ${plain(why.message ?? '', 220)}` : ''}`,
    ),
    evidence: [
      fieldOf(object, why ? `status.conditions ${why.type}` : 'status.phase', why?.message ?? 'Terminating'),
    ],
  }
}

function held(cluster: Cluster, object: AnyObject): Suspicion | undefined {
  const { deletionTimestamp: since, finalizers } = object.metadata
  if (since === undefined || !isLong(cluster, object)) return undefined
  if (finalizers.length > 0)
    return {
      ...{ rule: 'deletion-held-by-finalizers', object, class: 'config', strength: strengths.likely },
      observed: true,
      statement: sentences(
        `${called(object)} is being deleted and held by finalizers ${listed(finalizers.map(quoted))}: whoever should remove them does not`,
      ),
      evidence: [fieldOf(object, 'metadata.finalizers', finalizers.join(', '))],
    }
  if (object.kind !== 'Pod' || cluster.at === undefined) return undefined
  return {
    ...{ rule: 'pod-terminating', object, class: 'node', strength: strengths.possible, observed: true },
    statement: sentences(
      `${called(object)} is Terminating for ${Math.round((cluster.at - since) / 60_000)} minutes: its node or its container runtime does not end it`,
    ),
    evidence: [fieldOf(object, 'metadata.deletionTimestamp', new Date(since).toISOString())],
  }
}
