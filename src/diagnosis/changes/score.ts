import type { ChangeRecord } from '../../telemetry/signals/signal.ts'
import type { Case } from '../channel.ts'
import { type Edit, editOf } from './diff/edit.ts'
import { impactOf } from './diff/impact.ts'
import { type DirectLink, directLink } from './direct-links.ts'
import { changeWords, evidenceWords, flagNamed, overlap, rarityOf } from './evidence-words.ts'
import { bestMechanism, type Mechanism } from './mechanism.ts'
import { type Nearness, nearnessOf } from './place.ts'
import { type Arrival, type Arrived, arrivalsOf } from './reach.ts'
import type { Symptoms } from './symptoms/symptom.ts'
import { bareName } from './symptoms/words.ts'

/** A change that could have done it. */
export interface Suspect extends Arrived, Mechanism {
  change: ChangeRecord
  words: readonly string[]
  /** How much of what runs it can change, 0 to 1, by the edit alone. */
  impact: number
  direct?: DirectLink
}

export interface Cleared {
  change: ChangeRecord
  reason: string
  /** 0 to 1: what spoke for it all the same. */
  score: number
}

/** Changes this long before the onset count fully; further back they fade. */
const window = { full: 45 * 60_000, fade: 6 * 3_600_000, flag: 15 * 60_000, flagFade: 3_600_000 } as const
/** How likely a library of nobody's is in use where it was deployed with; words in common make up for it. */
const shared = 0.25
/** How near a change is to a service that its paths name, when it was deployed with something else. */
const byPath = 0.9
/** Metrics come by the minute, and a rollout takes one. */
const slack = 90_000
const most = { changes: 1_000 } as const

/** Every change with what speaks for it, or why it is not the cause; the likeliest first. */
export function scored(evidence: Case, symptoms: Symptoms): { suspects: Suspect[]; cleared: Cleared[] } {
  const changes = nearest(evidence.changes, symptoms.onset?.sure)
  const services = servicesOf(evidence)
  const edits = changes.map(editOf)
  const words = edits.map(changeWords)
  const rarity = rarityOf(words)
  const said = evidenceWords(symptoms, services)
  const near = nearnessOf(evidence, symptoms)
  const suspects: Suspect[] = []
  const cleared: Cleared[] = []
  for (const [index, edit] of edits.entries()) {
    const { change } = edit
    const own = words[index] ?? { done: new Map(), told: new Map() }
    const common = overlap(own, said, rarity)
    if (change.change === 'flag') common.share = flagNamed(edit, said, services)
    const direct = directLink(edit, symptoms)
    const arrived = arrivalOf(edit, changes, services, symptoms, near)
    const clear = (reason: string, score = common.share) =>
      cleared.push({ change, reason, score: score / 10 })
    if (typeof arrived === 'string') {
      clear(arrived)
      continue
    }
    const impact = impactOf(edit)
    const link = linkOf(common.share, direct)
    const mechanism = bestMechanism(edit, { symptoms, arrived, said, link, impact })
    if (typeof mechanism === 'string') clear(mechanism)
    else
      suspects.push({
        change,
        ...arrived,
        ...mechanism,
        words: common.words,
        impact,
        ...(direct && { direct }),
      })
  }
  suspects.sort((a, b) => b.score - a.score || (a.change.id < b.change.id ? -1 : 1))
  return { suspects, cleared }
}

/** Of long histories those nearest before the onset, then those soon after it; in their order. */
export function nearest(
  changes: readonly ChangeRecord[],
  onset: number | undefined,
): readonly ChangeRecord[] {
  if (changes.length <= most.changes) return changes
  const until = (onset ?? Number.POSITIVE_INFINITY) + slack
  const far = ({ at }: ChangeRecord) => (at <= until ? until - at : Number.MAX_SAFE_INTEGER / 2 + at)
  const kept = changes
    .map((change, index) => ({ index, far: Number.isFinite(until) ? far(change) : -change.at }))
    .sort((a, b) => a.far - b.far || b.index - a.index)
    .slice(0, most.changes)
  const indices = new Set(kept.map(({ index }) => index))
  return changes.filter((_, index) => indices.has(index))
}

function servicesOf({ services, topology, changes }: Case): string[] {
  const told = changes.map(({ resource }) => resource.service).filter(service => service !== '')
  return [...new Set([...services, ...topology.services, ...told])].sort()
}

const linkOf = (share: number, direct: DirectLink | undefined): number =>
  1 - (1 - share) * (1 - (direct?.share ?? 0))

/** When and where it took effect, by the way that explains most; or why it did not before the onset. */
function arrivalOf(
  edit: Edit,
  changes: readonly ChangeRecord[],
  services: readonly string[],
  { onset }: Symptoms,
  near: Nearness,
): Arrived | string {
  const { change, files, idle } = edit
  if (files.length === 0 && idle.length > 0)
    return `it changes ${[...new Set(idle.map(({ role }) => roleWords[role] ?? role))].sort().join(' and ')} only`
  const arrivals = arrivalsOf(change, changes, services)
  if (arrivals.length === 0) return 'it was written but no deploy brought it to production'
  const timely = arrivals.filter(({ at }) => !onset || at <= onset.sure + slack)
  if (timely.length === 0) {
    const [first] = arrivals
    const late = onset && first ? Math.round((first.at - onset.sure) / 60_000) : 0
    return `it took effect ${late} min after the symptoms began`
  }
  const named = Math.max(0, ...namedIn(change, services).map(service => byPath * near(service).share))
  return timely
    .map(arrival => ({
      arrival,
      place: Math.max(near(arrival.service).share * (arrival.shared ? shared : 1), arrival.by ? 0 : named),
      calls: near(arrival.service).calls,
      time: timeliness(change, arrival, onset),
    }))
    .reduce((best, one) => (likely(one) > likely(best) ? one : best))
}

/** Services that a path names, wherever it was deployed from. */
function namedIn({ files = [] }: ChangeRecord, services: readonly string[]): string[] {
  const parts = new Set(
    files
      .slice(0, 50)
      .flatMap(({ path }) => path.split('/').map(part => bareName(part.replace(/\.\w{1,6}$/, '')))),
  )
  return services.filter(service => bareName(service).length >= 4 && parts.has(bareName(service)))
}

/** Its own deploy tells more than that of something else. */
const likely = ({ place, time, arrival }: Arrived): number => place * time * (arrival.by ? 0.8 : 1)

const roleWords: Readonly<Record<string, string>> = {
  ...{ docs: 'documentation', test: 'tests', style: 'looks', ci: 'builds and checks', lock: 'checksums' },
  elsewhere: 'another environment',
}

/** The same for all within the window before the onset; less far back, and a little less between first signs and alert. */
function timeliness(change: ChangeRecord, { at }: Arrival, onset: Symptoms['onset']): number {
  if (!onset) return 0.8
  if (at > onset.first + slack) return 0.6
  const flag = change.change === 'flag'
  const back = Math.max(0, onset.first - at - (flag ? window.flag : window.full))
  return Math.exp(-back / (flag ? window.flagFade : window.fade))
}
