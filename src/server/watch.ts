import { ApiError } from '../api/errors.ts'
import type { Change, Entry } from '../store/store.ts'
import type { Backend } from './backend.ts'
import type { Request, Response, Sink } from './exchange.ts'
import { type ReadOptions, readOptions } from './options.ts'
import { type Representation, representationFor } from './representation.ts'
import { parseSelector, type Selector } from './selectors.ts'
import type { ServedKind } from './served-kind.ts'

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'

const bookmarkEvery = 60_000
const bookmarkBeforeEnd = 2000
/** Timeouts that clients leave open are spread, so that they do not all come back at once. */
const shortestTimeout = 1_800_000
/** What a client may leave unread before its watch is closed, in bytes. */
const largestBacklog = 16 * 1024 * 1024

/** Answers a watch of a collection. Whatever fails once the request is understood is an ERROR event in the stream. */
export function watch(
  backend: Backend,
  served: ServedKind,
  namespace: string | undefined,
  { query, headers }: Request,
): Response {
  const options = readOptions(query, true)
  const shown = representationFor(served, {
    accept: headers.accept,
    query,
    now: () => backend.clock.now(),
    tables: options.sendInitialEvents !== true,
  })
  const selector = parseSelector(served.kind, query)
  return {
    status: 200,
    headers: { 'content-type': shown.contentType, 'cache-control': 'no-cache, private' },
    body: sink => {
      const running = new RunningWatch(backend, { served, namespace, shown, selector, options }, sink)
      void running.run()
      return () => running.stop()
    },
  }
}

interface WatchRequest {
  served: ServedKind
  /** Undefined: all namespaces. */
  namespace: string | undefined
  shown: Representation
  selector: Selector
  options: ReadOptions
}

class RunningWatch {
  readonly #backend: Backend
  readonly #request: WatchRequest
  readonly #sink: Sink
  #cancels: (() => void)[] = []
  #ended = false
  #first = true
  /** What the client may leave unread: the state it asked for comes at once. */
  #allowance = largestBacklog
  /** The last change of the resource this watch has seen: what a bookmark may promise. */
  #cursor = 0

  constructor(backend: Backend, request: WatchRequest, sink: Sink) {
    this.#backend = backend
    this.#request = request
    this.#sink = sink
  }

  async run(): Promise<void> {
    try {
      const { served } = this.#request
      const from = await this.#start()
      this.#cursor = from
      const cancel = await this.#backend.store.watch({
        resource: served.resource,
        from,
        onChange: change => this.#onChange(change),
        onEnd: error => this.#fail(error),
      })
      this.#cancels.push(cancel)
      if (this.#ended) cancel()
      else this.#schedule()
    } catch (error) {
      this.#fail(error)
    }
  }

  stop(): void {
    this.#ended = true
    for (const cancel of this.#cancels.splice(0)) cancel()
  }

  /** Sends current state where it is asked for; the revision live events start after. */
  async #start(): Promise<number> {
    const { resourceVersion: wanted, sendInitialEvents } = this.#request.options
    const { store } = this.#backend
    if (wanted !== undefined && wanted > store.revision())
      // A version of another store's history: the client has to list again.
      throw new ApiError('Expired', `too large resource version: ${wanted}, current: ${store.revision()}`)
    if (sendInitialEvents === false) return wanted || store.revision()
    if (sendInitialEvents === undefined && wanted) {
      const floor = store.floor(this.#request.served.resource)
      if (wanted < floor) throw new ApiError('Expired', `too old resource version: ${wanted} (${floor})`)
      return wanted
    }
    return this.#sendState(sendInitialEvents === true)
  }

  async #sendState(marked: boolean): Promise<number> {
    const { served, namespace, options } = this.#request
    const { entries, revision } = await this.#backend.store.list(
      served.resource,
      namespace === undefined ? {} : { namespace },
    )
    for (const entry of entries) {
      if (this.#ended) break
      if (!this.#visible(entry)) continue
      this.#allowance += 4 * entry.value.length
      this.#sendEntry('ADDED', entry)
    }
    if (marked && options.bookmarks)
      this.#bookmark(revision, { annotations: { 'k8s.io/initial-events-end': 'true' } })
    return revision
  }

  #onChange(change: Change): void {
    const { entry, op } = change
    const { served, namespace, selector, shown } = this.#request
    this.#cursor = entry.revision
    if (namespace !== undefined && entry.namespace !== namespace) return
    if (selector.name !== undefined && entry.name !== selector.name) return
    if (!selector.matches) {
      const type = op === 'create' ? 'ADDED' : op === 'update' ? 'MODIFIED' : 'DELETED'
      if (shown.form === 'object') this.#write(sharedEvent(this.#backend, served, change, type))
      else this.#sendEntry(type, entry)
      return
    }
    const before = change.previous !== undefined && this.#visible({ ...entry, value: change.previous })
    const after = op !== 'delete' && this.#visible(entry)
    if (after) this.#sendEntry(before ? 'MODIFIED' : 'ADDED', entry)
    // An object that left the selection is shown as it was, at the revision it left.
    else if (before)
      this.#sendEntry('DELETED', op === 'delete' ? entry : { ...entry, value: change.previous ?? '' })
  }

  #visible(entry: Entry): boolean {
    const { served, selector } = this.#request
    if (selector.name !== undefined && entry.name !== selector.name) return false
    return !selector.matches || selector.matches(this.#backend.objects.parse(served, entry))
  }

  #sendEntry(type: EventType, entry: Entry): void {
    const { served, shown } = this.#request
    this.#send(type, shown.one(this.#backend.objects.text(served, entry), this.#first))
    this.#first = false
  }

  #bookmark(revision: number, more: object = {}): void {
    this.#send(
      'BOOKMARK',
      this.#request.shown.bookmark({ resourceVersion: String(revision), creationTimestamp: null, ...more }),
    )
  }

  #send(type: EventType, object: string): void {
    this.#write(eventText(type, object))
  }

  #write(text: string): void {
    if (this.#ended) return
    if (this.#sink.backlog() > this.#allowance) this.#close()
    else this.#sink.write(text)
  }

  #fail(error: unknown): void {
    if (this.#ended) return
    const status =
      error instanceof ApiError
        ? error.toStatus()
        : new ApiError(
            'InternalError',
            'Internal error occurred: the watch failed; start it again',
          ).toStatus()
    this.#send('ERROR', JSON.stringify(status))
    this.#close()
  }

  #close(): void {
    if (this.#ended) return
    this.stop()
    this.#sink.end()
  }

  #schedule(): void {
    const { clock, random } = this.#backend
    const { timeoutSeconds, bookmarks } = this.#request.options
    const timeout = timeoutSeconds ? timeoutSeconds * 1000 : shortestTimeout * (1 + random())
    this.#cancels.push(clock.after(timeout, () => this.#close()))
    if (!bookmarks) return
    const again = () => {
      this.#bookmark(this.#cursor)
      this.#cancels.push(clock.after(bookmarkEvery, again))
    }
    this.#cancels.push(clock.after(bookmarkEvery, again))
    if (timeout > bookmarkBeforeEnd)
      this.#cancels.push(clock.after(timeout - bookmarkBeforeEnd, () => this.#bookmark(this.#cursor)))
  }
}

const eventText = (type: EventType, object: string): string => `{"type":"${type}","object":${object}}\n`

const sharedEvents = new WeakMap<Change, string>()

/** The event's text, made once for all watchers that see whole objects. */
function sharedEvent({ objects }: Backend, served: ServedKind, change: Change, type: EventType): string {
  const known = sharedEvents.get(change)
  if (known) return known
  const text = eventText(type, objects.text(served, change.entry))
  sharedEvents.set(change, text)
  return text
}
