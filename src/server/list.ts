import { ApiError } from '../api/errors.ts'
import type { Entry } from '../store/store.ts'
import type { Backend } from './backend.ts'
import { type Continue, decodeContinue, encodeContinue } from './continue-token.ts'
import { type Request, type Response, respond, respondJson } from './exchange.ts'
import { type ReadOptions, readOptions } from './options.ts'
import { tooLargeVersion } from './refusals.ts'
import { type Representation, representationFor } from './representation.ts'
import { parseSelector, type Selector } from './selectors.ts'
import type { ServedKind } from './served-kind.ts'

/** How long a list waits for a resource version that lies in the future, in milliseconds. */
const patience = 3000
const poll = 100
/** Entries read in one go when a selector thins them out. */
const chunk = 500

interface Page {
  texts: string[]
  revision: number
  /** Set when more may follow. */
  next?: Continue
  remaining?: number
}

/** Answers a GET of a collection: stored texts joined, parsed only for selectors, tables and metadata. */
export async function list(
  backend: Backend,
  served: ServedKind,
  namespace: string | undefined,
  { query, headers }: Request,
): Promise<Response> {
  const shown = representationFor(served, { accept: headers.accept, query, now: () => backend.clock.now() })
  const options = readOptions(query, false)
  const selector = parseSelector(served.kind, query)
  const from = options.continue ? decodeContinue(options.continue) : undefined
  try {
    return render(shown, await readPage(backend, served, namespace, { ...options, from, selector }))
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'Expired') return expired(from)
    throw error
  }
}

function render(shown: Representation, { texts, revision, next, remaining }: Page): Response {
  const metadata = {
    resourceVersion: String(revision),
    ...(next && { continue: encodeContinue(next) }),
    ...(next && remaining !== undefined && { remainingItemCount: remaining }),
  }
  return respond(200, shown.many(texts, metadata), {}, shown.contentType)
}

interface PageRequest extends ReadOptions {
  from: Continue | undefined
  selector: Selector
}

async function readPage(
  backend: Backend,
  served: ServedKind,
  namespace: string | undefined,
  request: PageRequest,
): Promise<Page> {
  const { selector, from, limit } = request
  const at = await revisionToShow(backend, request)
  const oneKey = selector.name !== undefined && (namespace !== undefined || !served.namespaced)
  if (oneKey && at === undefined) return readOne(backend, served, namespace ?? '', selector)
  return readEntries(backend, served, namespace, { limit, after: from?.after, at }, selector)
}

/** The past revision a list is to show; undefined for the current one. */
async function revisionToShow(
  backend: Backend,
  { resourceVersion: wanted, match, limit, from }: PageRequest,
): Promise<number | undefined> {
  if (from) return from.revision === -1 ? undefined : from.revision
  if (!wanted) return undefined
  const exact = match === 'Exact' || (match === undefined && limit > 0)
  for (let waited = 0; backend.store.revision() < wanted; waited += poll) {
    if (exact || waited >= patience) throw tooLargeVersion(wanted, backend.store.revision())
    await backend.clock.sleep(poll)
  }
  return exact ? wanted : undefined
}

/** A list of one name is a read of one key; the newer of both revisions is one at which it was so. */
async function readOne(
  { store, objects }: Backend,
  served: ServedKind,
  namespace: string,
  { name = '', matches }: Selector,
): Promise<Page> {
  const before = store.revision()
  const entry = await store.get({ resource: served.resource, namespace, name })
  const shown = entry && (!matches || matches(objects.parse(served, entry)))
  return {
    texts: entry && shown ? [objects.text(served, entry)] : [],
    revision: Math.max(before, entry?.revision ?? 0),
  }
}

async function readEntries(
  { store, objects }: Backend,
  served: ServedKind,
  namespace: string | undefined,
  range: { limit: number; after: Continue['after'] | undefined; at: number | undefined },
  { matches }: Selector,
): Promise<Page> {
  const shown: Entry[] = []
  const full = () => range.limit > 0 && shown.length === range.limit
  let { at, after } = range
  for (;;) {
    const page = await store.list(served.resource, {
      ...(namespace !== undefined && { namespace }),
      ...(after && { after }),
      ...(range.limit > 0 && { limit: matches ? Math.max(chunk, range.limit) : range.limit }),
      ...(at !== undefined && { at }),
    })
    at ??= page.revision
    let taken = 0
    for (const entry of page.entries) {
      if (full()) break
      taken++
      if (!matches || matches(objects.parse(served, entry))) shown.push(entry)
    }
    const remaining = page.remaining + page.entries.length - taken
    const texts = () => shown.map(entry => objects.text(served, entry))
    after = page.entries[taken - 1]
    if (remaining === 0 || !after) return { texts: texts(), revision: at }
    if (!full()) continue
    const next = { revision: at, after: { namespace: after.namespace, name: after.name } }
    return { texts: texts(), revision: at, next, ...(!matches && { remaining }) }
  }
}

/** Clients may go on inconsistently with the token in the answer (apiserver: storage/etcd3/errors.go). */
function expired(from: Continue | undefined): Response {
  const message = from
    ? 'The provided continue parameter is too old to display a consistent list result. You can start a new list ' +
      'without the continue parameter, or use the continue token in this response to retrieve the remainder of the results.'
    : 'The resourceVersion for the provided list is too old.'
  const status = new ApiError('Expired', message).toStatus()
  return respondJson(status.code, {
    ...status,
    ...(from && { metadata: { continue: encodeContinue({ ...from, revision: -1 }) } }),
  })
}
