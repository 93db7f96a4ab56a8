/**
 * The Kubernetes API over the store, without a transport: `handle` answers a request, and `https.ts` and `in-process.ts`
 * bring requests to it. Whatever a client sends is refused with a Kubernetes Status or answered; nothing else gets out.
 */
import { randomUUID } from 'node:crypto'
import { prepareAdmission } from '../api/admission.ts'
import { ApiError } from '../api/errors.ts'
import type { Kind } from '../api/kind.ts'
import type { Clock } from '../lib/clock.ts'
import { type Random, systemRandom } from '../lib/random.ts'
import type { Store } from '../store/store.ts'
import type { Backend } from './backend.ts'
import { startChores } from './chores/chores.ts'
import type { Codec } from './codec.ts'
import { create } from './create.ts'
import { remove } from './delete.ts'
import { removeCollection } from './delete-collection.ts'
import { type Discovery, discoveryOf } from './discovery.ts'
import { type Request, type Response, respondJson } from './exchange.ts'
import { get } from './get.ts'
import { health } from './health.ts'
import { list } from './list.ts'
import { wantsWatch } from './options.ts'
import { patch } from './patch.ts'
import type { Place } from './place.ts'
import { followPolicies, type PolicyAudit } from './policies.ts'
import {
  forbiddenImpersonation,
  methodNotAllowed,
  unauthorized,
  unavailable,
  unknownPath,
} from './refusals.ts'
import { answerReview, reviewAt } from './reviews.ts'
import { type ResourcePath, resourcePath } from './route.ts'
import { type Registry, registryOf } from './served-kind.ts'
import { storedObjects } from './stored-object.ts'
import { update } from './update.ts'
import { versionInfo } from './version.ts'
import { watch } from './watch.ts'

export interface ApiServerOptions {
  store: Store
  kinds: readonly Kind[]
  clock: Clock
  /** Encrypts the values of secrets at rest. */
  codec: Codec
  random?: Random
  /** Told of writes that policies said no to, where their bindings want an audit. */
  onAudit?: (record: PolicyAudit) => void
  /** Told of requests and chores that failed for no fault of a client. */
  onError?: (error: unknown) => void
}

export interface ApiServer extends AsyncDisposable {
  handle(request: Request): Promise<Response>
}

/** Watches at once, over all clients. */
const mostWatches = 5000

/** Starts the API server and its chores: standing namespaces, namespace deletion, garbage collection, event expiry. */
export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const {
    store,
    kinds,
    clock,
    codec,
    random = systemRandom,
    onError = () => {},
    onAudit = () => {},
  } = options
  prepareAdmission(kinds)
  const registry = registryOf(kinds)
  const objects = storedObjects(codec)
  const policies = await followPolicies(store, registry, objects, onAudit)
  const backend: Backend = { store, registry, objects, clock, random, policies }
  const chores = await startChores(backend, onError)
  const discovery = discoveryOf(registry)
  const watches = { open: 0 }
  return {
    async handle(request) {
      const response = await answer(backend, discovery, watches, request).catch(error =>
        refusal(error, onError),
      )
      response.headers['audit-id'] = randomUUID()
      response.headers['cache-control'] ??= 'no-cache, private'
      return response
    },
    async [Symbol.asyncDispose]() {
      policies[Symbol.dispose]()
      await chores[Symbol.asyncDispose]()
    },
  }
}

async function answer(
  backend: Backend,
  discovery: Discovery,
  watches: { open: number },
  request: Request,
): Promise<Response> {
  const { method, path, user, headers } = request
  const healthy = health(request)
  if (healthy) return healthy
  if (!user) throw unauthorized()
  if (headers['impersonate-user'] !== undefined) throw forbiddenImpersonation(user.name)
  if (method === 'GET') {
    if (path === '/version') return respondJson(200, versionInfo)
    const known = discovery.answer(request)
    if (known) return known
  }
  const named = resourcePath(path)
  if (!named) throw unknownPath()
  const review = reviewAt(named.group, named.version, named.plural)
  if (review && named.name === undefined) {
    if (method !== 'POST') throw methodNotAllowed()
    return answerReview(review, request, user)
  }
  const place = placeOf(backend.registry, named)
  if (!place) throw unknownPath()
  if (method === 'GET' && place.name === undefined && wantsWatch(request.query))
    return counted(watches, () => watch(backend, place.served, place.namespace, request))
  return answerVerb(backend, place, request)
}

function placeOf(
  registry: Registry,
  { group, version, plural, namespace, name, subresource }: ResourcePath,
): Place | undefined {
  const served = registry.byPath(group, version, plural)
  if (!served) return undefined
  if (!served.namespaced && namespace !== undefined) return undefined
  if (served.namespaced && namespace === undefined && name !== undefined) return undefined
  if (subresource !== undefined && !served.subresources.includes(subresource)) return undefined
  return { served, namespace, name, subresource }
}

function answerVerb(backend: Backend, place: Place, request: Request): Promise<Response> {
  const { served, namespace, name, subresource } = place
  const { method } = request
  if (name === undefined) {
    if (method === 'GET') return list(backend, served, namespace, request)
    const acrossNamespaces = served.namespaced && namespace === undefined
    if (method === 'POST' && !acrossNamespaces) return create(backend, place, request)
    if (method === 'DELETE' && !acrossNamespaces) return removeCollection(backend, place, request)
    throw methodNotAllowed()
  }
  if (method === 'PUT') return update(backend, place, request)
  if (subresource === 'finalize') throw methodNotAllowed()
  if (method === 'GET') return get(backend, place, request)
  if (method === 'PATCH') return patch(backend, place, request)
  if (method === 'DELETE' && subresource === undefined) return remove(backend, place, request)
  throw methodNotAllowed()
}

/** A watch's response that counts while it is open. */
function counted(watches: { open: number }, open: () => Response): Response {
  if (watches.open >= mostWatches)
    throw unavailable('TooManyRequests', 'too many watches are open; try again later')
  const response = open()
  const { body } = response
  if (typeof body === 'string') return response
  return {
    ...response,
    body: sink => {
      watches.open++
      let counted = true
      const stop = body(sink)
      return () => {
        if (counted) watches.open--
        counted = false
        stop()
      }
    },
  }
}

function refusal(error: unknown, onError: (error: unknown) => void): Response {
  if (error instanceof ApiError) {
    if (error.code >= 500 && error.reason !== 'Timeout') onError(error)
    const { retryAfterSeconds } = error.details
    return respondJson(error.code, error.toStatus(), {
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    })
  }
  onError(error)
  const hidden = new ApiError(
    'InternalError',
    'Internal error occurred: the request failed in the server; its log says why',
  )
  return respondJson(hidden.code, hidden.toStatus())
}
