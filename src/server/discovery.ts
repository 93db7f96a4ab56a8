import { createHash } from 'node:crypto'
import { GROUP, type Kind } from '../api/kind.ts'
import { openApiV3 } from '../api/openapi.ts'
import { type Request, type Response, respond, respondJson } from './exchange.ts'
import { isJson, parseAccept } from './media-types.ts'
import { notAcceptable } from './refusals.ts'
import { reviews } from './reviews.ts'
import type { Registry, ServedKind } from './served-kind.ts'

/** What the server says about itself: versions, groups, resources and their schemas. Made once, for its kinds are fixed. */
export interface Discovery {
  /** The answer to a path of discovery; undefined for other paths. */
  answer(request: Request): Response | undefined
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const SUBRESOURCE_VERBS: Record<string, string[]> = {
  status: ['get', 'patch', 'update'],
  finalize: ['update'],
}

interface GroupVersion {
  group: string
  version: string
  kinds: readonly ServedKind[]
}

export function discoveryOf(registry: Registry): Discovery {
  const versions = groupVersions(registry)
  const core = versions.filter(({ group }) => group === '')
  const groups = versions.filter(({ group }) => group !== '')
  const documents = new Map<string, (request: Request) => Response>()
  const plain = (path: string, value: object) => {
    const text = JSON.stringify(value)
    documents.set(path, () => respond(200, text))
  }
  documents.set('/api', negotiated(coreVersions, core))
  documents.set('/apis', negotiated(groupList(groups), groups))
  for (const { group, version, kinds } of versions) {
    const path = group ? `/apis/${group}/${version}` : `/api/${version}`
    plain(path, resourceList(group ? `${group}/${version}` : version, group, kinds))
  }
  for (const one of groups)
    plain(`/apis/${one.group}`, { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(one) })
  for (const [path, answer] of openApiDocuments(registry, versions)) documents.set(path, answer)
  return { answer: request => documents.get(request.path.replace(/(.)\/$/, '$1'))?.(request) }
}

function groupVersions({ all }: Registry): GroupVersion[] {
  const byVersion = new Map<string, ServedKind[]>()
  for (const served of all)
    byVersion.set(served.apiVersion, [...(byVersion.get(served.apiVersion) ?? []), served])
  const versions = [...byVersion.values()].flatMap(kinds =>
    kinds[0] ? [{ group: kinds[0].kind.group, version: kinds[0].kind.version, kinds }] : [],
  )
  return [...versions, ...reviews.map(({ group, version }) => ({ group, version, kinds: [] }))].filter(
    (one, i, all) => all.findIndex(({ group }) => group === one.group) === i || one.kinds.length > 0,
  )
}

const coreVersions = {
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '' }],
}

const groupOf = ({ group, version }: GroupVersion) => ({
  name: group,
  versions: [{ groupVersion: `${group}/${version}`, version }],
  preferredVersion: { groupVersion: `${group}/${version}`, version },
})

const groupList = (groups: readonly GroupVersion[]) => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groups.map(groupOf),
})

const resourceList = (groupVersion: string, group: string, kinds: readonly ServedKind[]) => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: [
    ...kinds.flatMap(({ kind, namespaced, subresources }) => [
      {
        name: kind.plural,
        singularName: kind.singular,
        namespaced,
        kind: kind.kind,
        verbs: VERBS,
        ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
        ...categoriesOf(kind),
      },
      ...subresources.map(name => ({
        name: `${kind.plural}/${name}`,
        singularName: '',
        namespaced,
        kind: kind.kind,
        verbs: SUBRESOURCE_VERBS[name],
      })),
    ]),
    ...reviews
      .filter(review => review.group === group)
      .map(({ plural, kind }) => ({
        name: plural,
        singularName: kind.toLowerCase(),
        namespaced: false,
        kind,
        verbs: ['create'],
      })),
  ],
})

/** Serves the aggregated list to clients that ask for it, else the document of old. */
function negotiated(legacy: object, versions: readonly GroupVersion[]): (request: Request) => Response {
  const legacyText = JSON.stringify(legacy)
  const lists = new Map(['v2', 'v2beta1'].map(version => [version, aggregated(version, versions)]))
  return ({ headers }) => {
    for (const clause of parseAccept(headers.accept)) {
      if (!isJson(clause)) continue
      const { as, g, v = '' } = clause.parameters
      if (as === undefined) return respond(200, legacyText, { vary: 'Accept' })
      const list = as === 'APIGroupDiscoveryList' && g === 'apidiscovery.k8s.io' ? lists.get(v) : undefined
      if (list === undefined) continue
      const etag = quotedHash(list)
      const type = `application/json;g=apidiscovery.k8s.io;v=${v};as=APIGroupDiscoveryList`
      if (headers['if-none-match'] === etag) return respond(304, '', { vary: 'Accept', etag }, type)
      return respond(200, list, { vary: 'Accept', etag }, type)
    }
    throw notAcceptable(['application/json'])
  }
}

function aggregated(apiVersion: string, versions: readonly GroupVersion[]): string {
  return JSON.stringify({
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${apiVersion}`,
    metadata: {},
    items: versions.map(({ group, version, kinds }) => ({
      metadata: group ? { name: group } : {},
      versions: [
        {
          version,
          freshness: 'Current',
          resources: [
            ...kinds.map(aggregatedResource),
            ...reviews.filter(r => r.group === group).map(aggregatedReview),
          ],
        },
      ],
    })),
  })
}

/** `kubectl get all` shows what is ours, and of Kubernetes' own kinds those that it shows elsewhere. */
const categoriesOf = ({ group, categories }: Kind) => {
  if (group === GROUP) return { categories: ['all', 'keelway'] }
  return categories.length > 0 ? { categories } : {}
}

function aggregatedResource({ kind, subresources }: ServedKind): object {
  const responseKind = { group: kind.group, version: kind.version, kind: kind.kind }
  return {
    resource: kind.plural,
    responseKind,
    scope: kind.scope,
    singularResource: kind.singular,
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...categoriesOf(kind),
    verbs: VERBS,
    ...(subresources.length > 0 && {
      subresources: subresources.map(name => ({
        subresource: name,
        responseKind,
        verbs: SUBRESOURCE_VERBS[name],
      })),
    }),
  }
}

const aggregatedReview = ({ group, version, kind, plural }: (typeof reviews)[number]): object => ({
  resource: plural,
  responseKind: { group, version, kind },
  scope: 'Cluster',
  singularResource: kind.toLowerCase(),
  verbs: ['create'],
})

function openApiDocuments(
  { all }: Registry,
  versions: readonly GroupVersion[],
): Map<string, (request: Request) => Response> {
  const kinds = all.map(({ kind }) => kind)
  const documents = new Map<string, (request: Request) => Response>()
  const made = new Map<string, () => { text: string; etag: string }>()
  for (const { group, version, kinds: members } of versions) {
    if (members.length === 0) continue
    const path = group ? `apis/${group}/${version}` : `api/${version}`
    // Made when first asked for: together they are larger than everything else the server says about itself.
    const document = once(() => {
      const text = JSON.stringify(openApiV3(kinds, group ? `${group}/${version}` : version))
      return { text, etag: quotedHash(text) }
    })
    made.set(path, document)
    documents.set(`/openapi/v3/${path}`, ({ headers }) => {
      const { text, etag } = document()
      return headers['if-none-match'] === etag
        ? respond(304, '', { etag })
        : respond(200, text, { etag, 'cache-control': 'public, immutable' })
    })
  }
  const addresses = once(() =>
    Object.fromEntries(
      [...made].map(([path, document]) => [
        path,
        { serverRelativeURL: `/openapi/v3/${path}?hash=${document().etag.slice(1, -1)}` },
      ]),
    ),
  )
  documents.set('/openapi/v3', () => respondJson(200, { paths: addresses() }))
  return documents
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

const quotedHash = (text: string): string =>
  `"${createHash('sha256').update(text).digest('hex').toUpperCase()}"`
