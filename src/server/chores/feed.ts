import type { Entry } from '../../store/store.ts'
import type { Backend } from '../backend.ts'
import type { ServedKind } from '../served-kind.ts'

/** Sees every object of every kind: first those that are there, then each change, in order per kind. */
export interface Observer {
  present(served: ServedKind, entry: Entry): void
  gone(served: ServedKind, entry: Entry): void
}

const pageSize = 500
const retryMs = 1000

/** Starts to show observers everything; resolves when they have seen what is there. */
export async function startFeed(
  backend: Backend,
  observers: readonly Observer[],
  onError: (error: unknown) => void,
): Promise<Disposable> {
  const { store, registry, clock } = backend
  const stops = new Set<() => void>()
  let open = true

  const follow = async (served: ServedKind): Promise<void> => {
    const from = await showAll(served)
    const stop = await store.watch({
      resource: served.resource,
      from,
      onChange: ({ op, entry }) => {
        for (const observer of observers)
          if (op === 'delete') observer.gone(served, entry)
          else observer.present(served, entry)
      },
      onEnd: error => {
        stops.delete(stop)
        if (!open) return
        onError(error)
        again(served)
      },
    })
    stops.add(stop)
    if (!open) stop()
  }

  const again = (served: ServedKind): void => {
    clock.after(retryMs, () => {
      if (!open) return
      follow(served).catch((error: unknown) => {
        onError(error)
        again(served)
      })
    })
  }

  const showAll = async (served: ServedKind): Promise<number> => {
    const { resource } = served
    let page = await store.list(resource, { limit: pageSize })
    const { revision } = page
    for (;;) {
      for (const entry of page.entries) for (const observer of observers) observer.present(served, entry)
      const after = page.entries.at(-1)
      if (page.remaining === 0 || !after) return revision
      page = await store.list(resource, { limit: pageSize, after, at: revision })
    }
  }

  await Promise.all(registry.all.map(follow))
  return {
    [Symbol.dispose]() {
      open = false
      for (const stop of stops) stop()
    },
  }
}
