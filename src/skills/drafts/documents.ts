import { Delivery } from '../../api/kinds/delivery.ts'
import type { SkillContext } from '../skill.ts'
import { apiVersionOfKind } from './object-name.ts'

/**
 * The Delivery whose repository a document about services belongs to: that which declares the first of them that any
 * does, else the only one of the namespace.
 */
export async function deliveryOf(
  { repository, objects, namespace }: Pick<SkillContext, 'repository' | 'objects' | 'namespace'>,
  services: readonly string[],
): Promise<string | undefined> {
  const all = (await objects.list(Delivery, namespace)).map(({ metadata }) => metadata.name).sort()
  if (all.length <= 1) return all[0]
  for (const name of services)
    for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet', 'ModelRoute', 'Service']) {
      const source = await repository.sourceOf({
        apiVersion: apiVersionOfKind(kind) ?? '',
        kind,
        name,
        namespace,
      })
      if (source) return source.delivery
    }
  return undefined
}

/** What to say when it is not clear where a document goes. */
export const noDelivery = (namespace: string): string =>
  `It is not clear which repository of namespace ${namespace} it belongs to: no Delivery declares the services. Make one, or declare them.`
