import { randomUUID } from 'node:crypto'
import { isAlreadyExists } from '../api/errors.ts'
import type { Resource } from '../api/kind.ts'
import { timestamp } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { Backend } from './backend.ts'
import { asResource, type Body, readObject } from './body.ts'
import { type Request, type Response, respond } from './exchange.ts'
import { checkIdentity, type Place } from './place.ts'
import { admitByPolicies } from './policies.ts'
import { prepare } from './prepare.ts'
import { alreadyExists, forbidden, notFound } from './refusals.ts'
import { checkFindings, warningHeader } from './strictness.ts'
import { type WriteOptions, writeOptions } from './write-options.ts'

const attempts = 8
const suffixLength = 5
/** Names end within Kubernetes' 63 characters. */
const longestBase = 63 - suffixLength
/** No vowels and no look-alikes (apimachinery: util/rand). */
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** Answers a POST to a collection. */
export async function create(backend: Backend, place: Place, request: Request): Promise<Response> {
  const options = writeOptions('CreateOptions', request)
  return createFrom(backend, place, await readObject(request), options)
}

/** Creates the object of a decoded body; also used by a PUT that may create. */
export async function createFrom(
  backend: Backend,
  place: Place,
  { value, duplicates }: Body,
  options: WriteOptions,
): Promise<Response> {
  const { served, namespace } = place
  const object = asResource(served, value)
  checkIdentity(place, object)
  if (served.namespaced) await checkNamespace(backend, place, object.metadata.name ?? '')
  const { generateName } = object.metadata
  const generated = !object.metadata.name && typeof generateName === 'string' && generateName !== ''
  for (let attempt = 1; ; attempt++) {
    const name = generated ? generatedName(generateName, backend.random) : object.metadata.name
    const next = initial(backend, place, object, name)
    let warnings: string[] = []
    const inspect = (unknownFields: readonly string[]) => {
      warnings = checkFindings(served.kind, options, { unknownFields, duplicates })
    }
    const prepared = prepare(backend, served, next, undefined, { ...options, endpoint: 'main', inspect })
    const { object: made } = prepared
    const write = { served, operation: 'CREATE' as const, name, namespace, object: made }
    const policyWarnings = options.own ? [] : await admitByPolicies(backend, write, options)
    const key = { resource: served.resource, namespace: namespace ?? '', name }
    try {
      const text = await store(backend, place, prepared.object, options.dryRun)
      return respond(201, text, warningHeader([...warnings, ...policyWarnings]))
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
      if (!generated) throw alreadyExists(served.kind, key.name)
      if (attempt === attempts) throw alreadyExists(served.kind, key.name, 1)
    }
  }
}

async function store({ store, objects }: Backend, { served }: Place, object: Resource, dryRun: boolean) {
  const key = objects.keyOf(served, object)
  if (dryRun) {
    if (await store.get(key)) throw alreadyExists(served.kind, key.name)
    return JSON.stringify(object)
  }
  const uid = object.metadata.uid ?? ''
  const entry = await store.commit({ op: 'create', key, uid, value: objects.value(served, key, object) })
  return objects.text(served, entry)
}

/** The object with what only the server decides. */
function initial({ clock }: Backend, { served, namespace }: Place, object: Resource, name: string): Resource {
  const { metadata, ...rest } = object
  const { deletionTimestamp, deletionGracePeriodSeconds, selfLink, generation, managedFields, ...kept } =
    metadata as Resource['metadata'] & { selfLink?: unknown }
  const next: Resource = {
    ...rest,
    metadata: {
      ...kept,
      name,
      ...(namespace !== undefined && { namespace }),
      uid: randomUUID(),
      creationTimestamp: timestamp(clock),
    },
    apiVersion: served.apiVersion,
    kind: served.kind.kind,
  }
  if (served.subresources.includes('status')) delete next.status
  return next
}

function generatedName(base: string, random: Random): string {
  let name = base.slice(0, longestBase)
  for (let i = 0; i < suffixLength; i++)
    name += suffixAlphabet[Math.floor(random() * suffixAlphabet.length)] ?? ''
  return name
}

async function checkNamespace(
  { store, registry, objects }: Backend,
  { served, namespace = '' }: Place,
  name: string,
): Promise<void> {
  const kind = registry.byPath('', 'v1', 'namespaces')
  if (!kind) return
  const entry = await store.get({ resource: kind.resource, namespace: '', name: namespace })
  if (!entry) throw notFound(kind.kind, namespace)
  // The text can't have the member by chance: labels, annotations and specs of namespaces hold no such name.
  if (!entry.value.includes('"deletionTimestamp":')) return
  if (!objects.parse(kind, entry).metadata.deletionTimestamp) return
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`
  throw forbidden(served.kind, name, why, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ])
}
