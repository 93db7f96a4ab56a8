import type { Resource } from '../../api/kind.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import type { SkillContext } from '../skill.ts'
import { podLabels, workloadKinds } from './containers.ts'
import { apiVersionOfKind, type ObjectReference, referenceOf, referenceOfDeclared } from './object-name.ts'
import { isUnder, isYaml, objectsIn } from './objects-in.ts'

/** An object as Git declares it, and where. */
export interface Declared {
  delivery: string
  file: string
  revision: string
  reference: ObjectReference
  object: Resource
}

const most = { files: 500, characters: 8 * 2 ** 20 } as const

export async function declaredOf(
  { repository }: Pick<SkillContext, 'repository'>,
  reference: ObjectReference,
): Promise<Declared | undefined> {
  const source = await repository.sourceOf(reference)
  if (!source) return undefined
  const { declared, ...place } = source
  return { ...place, reference, object: declared }
}

/** Everything that the files of a Delivery declare, by file; of very large repositories the first files by name. */
export async function declaredIn(
  { repository, namespace, objects }: Pick<SkillContext, 'repository' | 'namespace' | 'objects'>,
  delivery: string,
): Promise<Declared[]> {
  const found: Declared[] = []
  let characters = 0
  const folder = (await objects.find(Delivery, delivery, namespace))?.spec.path ?? '.'
  const files = (await repository.files(delivery)).filter(file => isYaml(file) && isUnder(file, folder))
  for (const file of files.slice(0, most.files)) {
    const text = await repository.read(delivery, file)
    characters += text?.length ?? 0
    if (characters > most.characters) break
    for (const object of objectsIn(text ?? ''))
      found.push({ delivery, file, revision: '', reference: referenceOfDeclared(object, namespace), object })
  }
  return found
}

export const deliveryPermission = { objects: 'keelway.dev/v1alpha1/Delivery' } as const

/** Names of the Deliveries of the namespace. */
export const deliveriesOf = async ({
  objects,
  namespace,
}: Pick<SkillContext, 'objects' | 'namespace'>): Promise<string[]> =>
  (await objects.list(Delivery, namespace)).map(({ metadata }) => metadata.name).sort()

/**
 * The workload that is meant by an object's name, or by a service: the one of that name, else the one whose pods are
 * labelled so.
 */
export async function workloadOf(
  context: Pick<SkillContext, 'repository' | 'namespace' | 'objects'>,
  { object, service }: { object?: string | undefined; service?: string | undefined },
): Promise<Declared | undefined> {
  const { namespace } = context
  if (object?.includes('/')) {
    const reference = referenceOf(object, namespace)
    return reference && declaredOf(context, reference)
  }
  return workloadOfService(context, object ?? service)
}

async function workloadOfService(
  context: Pick<SkillContext, 'repository' | 'namespace' | 'objects'>,
  service: string | undefined,
): Promise<Declared | undefined> {
  const { namespace } = context
  if (service === undefined) return undefined
  for (const kind of workloadKinds) {
    const apiVersion = apiVersionOfKind(kind)
    const found = apiVersion && (await declaredOf(context, { apiVersion, kind, name: service, namespace }))
    if (found) return found
  }
  for (const delivery of await deliveriesOf(context)) {
    const labelled = (await declaredIn(context, delivery)).find(
      one =>
        one.reference.namespace === namespace &&
        ['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app'].some(
          label => podLabels(one.object)[label] === service,
        ),
    )
    if (labelled) return declaredOf(context, labelled.reference)
  }
  return undefined
}

/** What to say when an object is not in a repository. */
export const notDeclared = (what: string, namespace: string): string =>
  `${what} is not declared in a repository that a Delivery of namespace ${namespace} syncs, so there is no file to change. Name it as Kind/namespace/name, or put it under a Delivery.`
