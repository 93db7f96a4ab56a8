import type { Scene } from './scene.ts'
import type { Seen, Suspect, View } from './views/view.ts'

export interface Verdict {
  /** The view that leads. */
  view: View
  relevance: number
  /** Of the leading view first, then those that only others see; one for each service. */
  ranked: readonly Ranked[]
}

export interface Ranked extends Suspect {
  /** Beside the first: 1 for the first. */
  share: number
  view: string
  /** Other views that see it first. */
  support: readonly Suspect[]
}

/** From this on the first clear view leads; below, the clearest does. */
const clear = 0.5
/** How much of a view's own order others may change. */
const supportWeight = 0.15
/** What only another view sees stands behind what the leading one sees. */
const outside = 0.3

/**
 * Chooses one class of faults before anything is merged, since evidence of several classes at once is rather cause and
 * effect than several causes. The leading view ranks; the others support.
 * @param views from causes towards effects
 */
export function gated(scene: Scene, views: readonly View[]): Verdict | undefined {
  const asked = [...views].sort((a, b) => Number(isAlerted(b, scene)) - Number(isAlerted(a, scene)))
  // What is used up makes everything else, whatever the alert was about.
  const [first] = views
  const order = first ? [first, ...asked.filter(view => view !== first)] : []
  const seen = order
    .map(view => ({ view, seen: view.look(scene) }))
    .filter(({ seen }) => seen.suspects.length > 0)
  const leader =
    seen.find(({ seen }) => seen.relevance >= clear) ??
    seen.toSorted((a, b) => b.seen.relevance - a.seen.relevance)[0]
  if (!leader) return undefined
  const others = seen.filter(one => one !== leader)
  return {
    ...{ view: leader.view, relevance: leader.seen.relevance },
    ranked: rankedSuspects(leader, others),
  }
}

const isAlerted = ({ alerts = [] }: View, { alerted }: Scene): boolean =>
  alerts.some(kind => alerted.has(kind))

interface Look {
  view: View
  seen: Seen
}

function rankedSuspects(leader: Look, others: readonly Look[]): Ranked[] {
  const most = leader.seen.suspects[0]?.score ?? 1
  const found = new Map<string, Ranked>()
  for (const suspect of leader.seen.suspects)
    found.set(suspect.service, {
      ...suspect,
      share: suspect.score / most,
      view: leader.view.name,
      support: [],
    })
  for (const { view, seen } of others) {
    const top = seen.suspects[0]?.score ?? 1
    for (const suspect of seen.suspects) {
      const share = (suspect.score / top) * seen.relevance
      const known = found.get(suspect.service)
      if (known && known.view === leader.view.name)
        found.set(suspect.service, {
          ...known,
          share: known.share * (1 + supportWeight * share),
          support: suspect === seen.suspects[0] ? [...known.support, suspect] : known.support,
        })
      else if (share * outside > (known?.share ?? 0))
        found.set(suspect.service, { ...suspect, share: share * outside, view: view.name, support: [] })
    }
  }
  const sorted = [...found.values()].sort((a, b) => b.share - a.share || (a.service < b.service ? -1 : 1))
  const highest = sorted[0]?.share ?? 1
  return sorted.map(one => ({ ...one, share: one.share / highest }))
}
