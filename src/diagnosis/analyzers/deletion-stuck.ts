import { type Analyzer, strengths } from './analyzer.ts'
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
    for (const object of cluster.objects) {
      const { deletionTimestamp: since, finalizers } = object.metadata
      const terminating =
        object.kind === 'Namespace' &&
        cluster.get('Namespace', '', object.name)?.status?.phase === 'Terminating'
      if (since === undefined && !terminating) continue
      const long = since === undefined || cluster.at === undefined || cluster.at - since > longMs
      if (object.kind === 'Namespace') {
        const conditions =
          cluster
            .get('Namespace', '', object.name)
            ?.status?.conditions.filter(({ status }) => status === 'True') ?? []
        const why =
          conditions.find(({ type = '' }) => /Failure$/.test(type)) ??
          conditions.find(({ type = '' }) => /^Namespace(FinalizersRemaining|ContentRemaining)$/.test(type))
        yield {
          ...{
            rule: 'namespace-terminating',
            object,
            class: 'config',
            strength: why && long ? strengths.told - 0.07 : strengths.possible,
            observed: true,
          },
          statement: sentences(
            `${called(object)} is Terminating, so nothing can be created in it${why ? `, and its deletion does not end: ${plain(why.message ?? '', 220)}` : ''}`,
          ),
          evidence: [
            fieldOf(
              object,
              why ? `status.conditions ${why.type}` : 'status.phase',
              why?.message ?? 'Terminating',
            ),
          ],
        }
      } else if (long && finalizers.length > 0)
        yield {
          ...{
            rule: 'deletion-held-by-finalizers',
            object,
            class: 'config',
            strength: strengths.likely,
            observed: true,
          },
          statement: sentences(
            `${called(object)} is being deleted and held by finalizers ${listed(finalizers.map(quoted))}: whoever should remove them does not`,
          ),
          evidence: [fieldOf(object, 'metadata.finalizers', finalizers.join(', '))],
        }
      else if (long && object.kind === 'Pod' && cluster.at !== undefined && since !== undefined)
        yield {
          ...{ rule: 'pod-terminating', object, class: 'node', strength: strengths.possible, observed: true },
          statement: sentences(
            `${called(object)} is Terminating for ${Math.round((cluster.at - since) / 60_000)} minutes: its node or its container runtime does not end it`,
          ),
          evidence: [fieldOf(object, 'metadata.deletionTimestamp', new Date(since).toISOString())],
        }
    }
  },
}
