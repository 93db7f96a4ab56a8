import type { ServiceEdge } from '../signals/signal-store.ts'

/** Where a symptom shows. */
export interface Place {
  service: string
  namespace?: string
}

/** Whether what is wrong at two places may be one thing: the same service, or one calls the other. */
export type Related = (a: Place, b: Place) => boolean

/**
 * Two services that call a third are not related through it, as a database that everything uses would make everything
 * one; when the third has symptoms of its own, they meet there.
 */
export function relatedBy(edges: readonly Pick<ServiceEdge, 'from' | 'to'>[]): Related {
  const calls = new Set(edges.map(({ from, to }) => `${from}\n${to}`))
  return (a, b) => {
    if (a.service === '' || b.service === '') return false
    if (a.service === b.service)
      return a.namespace === undefined || b.namespace === undefined || a.namespace === b.namespace
    return calls.has(`${a.service}\n${b.service}`) || calls.has(`${b.service}\n${a.service}`)
  }
}
