import { apiVersionOf, isKubernetes, type Kind } from './kind.ts'
import { ObjectMetaSchema } from './metadata.ts'
import { kindSchema, type Schema, schemaOf } from './schema.ts'

type Json = Record<string, unknown>

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'

/**
 * The OpenAPI v3 document of one group version (`v1`, `keelway.dev/v1alpha1`), as `/openapi/v3/…` serves it:
 * what kubectl needs for create, apply, diff, edit, replace and explain. Deterministic, so its digest can be the
 * `hash` of its address.
 */
export function openApiV3(kinds: readonly Kind[], groupVersion: string): object {
  const members = kinds.filter(kind => apiVersionOf(kind) === groupVersion)
  const schemas: Json = {
    [`${META}.ObjectMeta`]: objectMeta(),
    [`${META}.ListMeta`]: listMeta,
    [`${META}.DeleteOptions`]: deleteOptions,
  }
  const paths: Json = {}
  for (const kind of members) {
    Object.assign(schemas, kindSchemas(kind))
    Object.assign(paths, kindPaths(kind))
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Keelway', version: 'v1' },
    paths,
    components: { schemas },
  }
}

/** `dev.keelway.v1alpha1.Prompt`, `io.k8s.api.core.v1.Secret`, `io.k8s.api.coordination.v1.Lease`. */
function schemaName(kind: Kind): string {
  const { group, version } = kind
  if (isKubernetes(kind)) return `io.k8s.api.${group.split('.')[0] || 'core'}.${version}.${kind.kind}`
  return [...group.split('.').reverse(), version, kind.kind].join('.')
}

const gvkOf = ({ group, version, kind }: Kind) => ({ group, version, kind })
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })

function kindSchemas(kind: Kind): Json {
  const name = schemaName(kind)
  const schema = kindSchema(kind)
  const described = { description: 'Name, labels, annotations and what else is standard for objects.' }
  const { group, version } = kind
  return {
    [name]: {
      ...schema,
      properties: {
        ...schema.properties,
        metadata: { ...described, default: {}, allOf: [ref(`${META}.ObjectMeta`)] },
      },
      'x-kubernetes-group-version-kind': [gvkOf(kind)],
    },
    [`${name}List`]: {
      type: 'object',
      description: `A list of ${kind.plural}.`,
      properties: {
        apiVersion: { type: 'string', description: 'Group and version of the kind.' },
        kind: { type: 'string', description: 'Name of the kind.' },
        metadata: { description: 'Revision and page of the list.', allOf: [ref(`${META}.ListMeta`)] },
        items: { type: 'array', description: 'The objects.', items: ref(name) },
      },
      required: ['items'],
      'x-kubernetes-group-version-kind': [{ group, version, kind: `${kind.kind}List` }],
    },
  }
}

function kindPaths(kind: Kind): Json {
  const root = kind.group ? `/apis/${kind.group}/${kind.version}` : `/api/${kind.version}`
  const namespaced = kind.scope === 'Namespaced'
  const collection = `${root}/${namespaced ? 'namespaces/{namespace}/' : ''}${kind.plural}`
  const item = `${collection}/{name}`
  const placed = (...names: string[]) =>
    names.filter(name => namespaced || name !== 'namespace').map(name => inPath(name))
  const list = operation(kind, 'list', listParameters)
  return {
    [collection]: {
      parameters: placed('namespace'),
      get: list,
      post: operation(kind, 'post', writeParameters, kind),
      delete: operation(kind, 'deletecollection', listParameters),
    },
    [item]: {
      parameters: placed('namespace', 'name'),
      get: operation(kind, 'get', []),
      ...writes(kind),
      delete: {
        ...operation(kind, 'delete', [query('dryRun'), query('propagationPolicy')]),
        requestBody: body({ '*/*': { schema: ref(`${META}.DeleteOptions`) } }),
      },
    },
    ...(kind.status
      ? {
          [`${item}/status`]: {
            parameters: placed('namespace', 'name'),
            get: operation(kind, 'get', []),
            ...writes(kind),
          },
        }
      : {}),
    ...(namespaced ? { [`${root}/${kind.plural}`]: { get: list } } : {}),
  }
}

const writes = (kind: Kind): Json => ({
  put: operation(kind, 'put', writeParameters, kind),
  patch: {
    ...operation(kind, 'patch', [...writeParameters, query('force', 'boolean')]),
    requestBody: body(Object.fromEntries(patchTypes(kind).map(type => [type, { schema: patchSchema }]))),
  },
})

/** kubectl apply sends a strategic merge patch wherever one is listed, and only Kubernetes' own kinds know that. */
const patchTypes = (kind: Kind): string[] => [
  'application/json-patch+json',
  'application/merge-patch+json',
  ...(isKubernetes(kind) ? ['application/strategic-merge-patch+json'] : []),
]

const patchSchema = { type: 'object', description: 'The patch.' }

function operation(kind: Kind, action: string, parameters: Json[], content?: Kind): Json {
  const name = schemaName(kind)
  const answer = ref(action === 'list' ? `${name}List` : name)
  return {
    tags: [apiVersionOf(kind).replace('/', '_')],
    parameters,
    ...(content ? { requestBody: body({ '*/*': { schema: ref(schemaName(content)) } }) } : {}),
    responses: { 200: { description: 'OK', content: { 'application/json': { schema: answer } } } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvkOf(kind),
  }
}

const body = (content: Json): Json => ({ content, required: true })

const inPath = (name: string): Json => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string', uniqueItems: true },
})
const query = (name: string, type: 'string' | 'boolean' | 'integer' = 'string'): Json => ({
  name,
  in: 'query',
  schema: { type, uniqueItems: true },
})

const writeParameters = [query('dryRun'), query('fieldManager'), query('fieldValidation')]
const listParameters = [
  ...['labelSelector', 'fieldSelector', 'continue', 'resourceVersion', 'resourceVersionMatch'].map(name =>
    query(name),
  ),
  ...['limit', 'timeoutSeconds'].map(name => query(name, 'integer')),
  ...['watch', 'allowWatchBookmarks', 'sendInitialEvents'].map(name => query(name, 'boolean')),
]

/** With the merge keys that strategic merge patches of Kubernetes' own kinds go by. */
function objectMeta(): Json {
  const schema = schemaOf(ObjectMetaSchema)
  const keyed = (field: string, extra: Json): Json => ({
    [field]: { ...schema.properties?.[field], ...extra },
  })
  return {
    ...schema,
    description: 'What every object has beside its content.',
    properties: {
      ...schema.properties,
      ...keyed('finalizers', {
        'x-kubernetes-list-type': 'set',
        'x-kubernetes-patch-strategy': 'merge',
      }),
      ...keyed('ownerReferences', {
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['uid'],
        'x-kubernetes-patch-merge-key': 'uid',
        'x-kubernetes-patch-strategy': 'merge',
      }),
    },
  }
}

const listMeta: Schema = {
  type: 'object',
  description: 'Revision and page of a list.',
  properties: {
    resourceVersion: { type: 'string', description: 'Revision of the list.' },
    continue: { type: 'string', description: 'Token of the next page.' },
    remainingItemCount: { type: 'integer', format: 'int64', description: 'Objects on later pages.' },
  },
}

const deleteOptions: Schema = {
  type: 'object',
  description: 'How an object is deleted.',
  properties: {
    apiVersion: { type: 'string', description: 'Group and version of the kind.' },
    kind: { type: 'string', description: 'Name of the kind.' },
    gracePeriodSeconds: { type: 'integer', format: 'int64', description: 'Seconds until it is deleted.' },
    propagationPolicy: { type: 'string', description: 'Orphan, Background or Foreground.' },
    dryRun: { type: 'array', description: 'All: change nothing.', items: { type: 'string' } },
    preconditions: {
      type: 'object',
      description: 'What must be true of the object.',
      properties: {
        uid: { type: 'string', description: 'Its UID.' },
        resourceVersion: { type: 'string', description: 'Its revision.' },
      },
    },
  },
}
