import { z } from 'zod'
import { commonStatus } from '../../api/conditions.ts'
import { apiVersionOf, defineKind, type ResourceOf } from '../../api/kind.ts'
import { ConfigMap, Event } from '../../api/kinds/core.ts'
import type { Context, Reconciler } from './reconciler.ts'
import { done, Waiting } from './reconciler.ts'

/** A kind for tests of the runtime: wants `copies` ConfigMaps that each hold `text`. */
export const Poster = defineKind({
  kind: 'Poster',
  plural: 'posters',
  summary: 'Wants some ConfigMaps.',
  spec: z.object({ copies: z.number().int(), text: z.string() }),
  status: z.object({ ...commonStatus, hung: z.array(z.string()).optional() }),
  example: {},
})
export type Poster = ResourceOf<typeof Poster>

export const toyKinds = [Poster, ConfigMap, Event]

const copiesOf = (poster: Poster, context: Context): ConfigMap[] =>
  context
    .informer(ConfigMap)
    .list(poster.metadata.namespace)
    .filter(({ metadata }) => metadata.labels?.poster === poster.metadata.name)

/** Makes the copies equal to the wish, and lists them in the status. */
export const hangPosters: Reconciler<typeof Poster> = {
  name: 'poster',
  kind: Poster,
  finalizer: 'keelway.dev/poster',
  watches: [
    {
      kind: ConfigMap,
      wakes: ({ metadata: { labels, namespace } }) =>
        labels?.poster ? [{ name: labels.poster, namespace }] : [],
    },
  ],
  async reconcile(poster, context) {
    const { name, namespace = '', uid = '' } = poster.metadata
    const wanted = Array.from({ length: poster.spec.copies }, (_, index) => `${name}-${index}`)
    const found = copiesOf(poster, context)
    for (const { metadata } of found)
      if (!wanted.includes(metadata.name)) await context.client.delete(ConfigMap, metadata.name, namespace)
    for (const copy of wanted) {
      const existing = found.find(({ metadata }) => metadata.name === copy)
      const data = { text: poster.spec.text }
      if (!existing)
        await context.client.create(ConfigMap, {
          metadata: {
            name: copy,
            namespace,
            labels: { poster: name },
            ownerReferences: [{ apiVersion: apiVersionOf(Poster), kind: 'Poster', name, uid }],
          },
          data,
        })
      else if (existing.data?.text !== data.text)
        await context.client.update(ConfigMap, { ...existing, data })
    }
    poster.status.hung = wanted
    if (poster.spec.text === '') throw new Waiting('NoText', 'there is nothing to write on the poster')
    return done
  },
  async finalize(poster, context) {
    for (const { metadata } of copiesOf(poster, context))
      await context.client.delete(ConfigMap, metadata.name, metadata.namespace)
  },
}
