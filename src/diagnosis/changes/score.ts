import type { ChangeRecord } from '../../telemetry/signals/signal.ts'
import type { Case } from '../channel.ts'
import type { DiffClass, Hit } from './classes/diff-class.ts'
import { diffClasses } from './classes/index.ts'
import { unclassified } from './classes/unclassified.ts'
import { type Edit, editOf } from './diff/edit.ts'
import { type DirectLink, directLink } from './direct-links.ts'
import { changeWords, evidenceWords, flagNamed, overlap, rarityOf, type Weights } from './evidence-words.ts'
import { type Nearness, nearnessOf } from './place.ts'
import { type Arrival, arrivalsOf } from './reach.ts'
import type { Symptom, SymptomKind, Symptoms } from './symptoms/symptom.ts'
import { addWords } from './symptoms/words.ts'

/** A change that could have done it. */
export interface Suspect {
  change: ChangeRecord
  arrival: Arrival
  hit: Hit & { class: DiffClass }
  /** What it explains best. */
  symptom: Symptom
  /** How well its class explains the symptoms, 0 to 1. */
  mechanism: number
  /** How much it has in common with the evidence, 0 to 1. */
  link: number
  words: readonly string[]
  direct?: DirectLink
  place: number
  time: number
  /** All of it, 0 to 1. */
  score: number
}

export interface Cleared {
  change: ChangeRecord
  reason: string
  /** 0 to 1: what spoke for it all the same. */
  score: number
}

/** Changes this long before the onset count fully; further back they fade. */
const window = { full: 45 * 60_000, fade: 6 * 3_600_000, flag: 15 * 60_000, flagFade: 3_600_000 } as const
/** Metrics come by the minute, and a rollout takes one. */
const slack = 90_000
/** Everything tells of errors and latency; they explain less where something says more. */
const vague: ReadonlySet<SymptomKind> = new Set([
  'error',
  'latency',
  'timeout',
  'traffic-down',
  'traffic-up',
  'retries',
  'silence',
])
const vagueShare = 0.55
/** What a mechanism counts without a word in common with the evidence. */
const alone = 0.55
/** The same of what no class knows. */
const vaguely = 0.35
/** A library that the evidence does not name is less likely what broke. */
const unnamed = 0.85
/** Half a mechanism is less than half a cause. */
const sharpness = 1.3
/** Words in common make up for this much of a distance that the graph of calls knows nothing of (messages, tables, files). */
const farLink = 0.6
const most = { changes: 2_000 } as const

/** Every change with what speaks for it, or why it is not the cause; the likeliest first. */
export function scored(evidence: Case, symptoms: Symptoms): { suspects: Suspect[]; cleared: Cleared[] } {
  const changes = evidence.changes.slice(-most.changes)
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
    const mechanism = bestMechanism({ edit, symptoms, arrived, said, link: linkOf(common.share, direct) })
    if (typeof mechanism === 'string') clear(mechanism)
    else suspects.push({ change, ...arrived, ...mechanism, words: common.words, ...(direct && { direct }) })
  }
  suspects.sort((a, b) => b.score - a.score || (a.change.id < b.change.id ? -1 : 1))
  return { suspects, cleared }
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
): Pick<Suspect, 'arrival' | 'place' | 'time'> | string {
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
  return timely
    .map(arrival => ({ arrival, place: near(arrival.service), time: timeliness(change, arrival, onset) }))
    .reduce((best, one) => (one.place * one.time > best.place * best.time ? one : best))
}

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

function bestMechanism(about: {
  edit: Edit
  symptoms: Symptoms
  arrived: Pick<Suspect, 'arrival' | 'place' | 'time'>
  said: Weights
  link: number
}): Pick<Suspect, 'hit' | 'symptom' | 'mechanism' | 'link' | 'score'> | string {
  const { edit, symptoms, arrived, said } = about
  let best: Pick<Suspect, 'hit' | 'symptom' | 'mechanism' | 'link' | 'score'> | undefined
  const found: string[] = []
  for (const diffClass of diffClasses)
    for (const hit of diffClass.find(edit)) {
      found.push(hit.says)
      const explained = explains(hit, symptoms, arrived.arrival.service)
      if (!explained) continue
      const link = hit.about === undefined ? about.link : about.link * aboutShare(hit.about, said)
      const mechanism = hit.strength * explained.fit * (hit.about === undefined || link > 0.1 ? 1 : unnamed)
      const place = arrived.place + (1 - arrived.place) * farLink * link
      const least = diffClass === unclassified ? vaguely : alone
      const score = mechanism ** sharpness * (least + (1 - least) * link) * place * arrived.time
      if (!best || score > best.score)
        best = { hit: { ...hit, class: diffClass }, symptom: explained.symptom, mechanism, link, score }
    }
  if (best) return best
  if (found.length === 0) return 'it changes nothing that runs'
  const kinds = symptoms.all.filter(({ kind }) => !vague.has(kind)).map(({ kind }) => kind)
  return `it ${found[0]}, which can not cause ${[...new Set(kinds)].slice(0, 3).join(', ') || 'this'}`
}

/** Whether the evidence is about a library: one of its words stands there. */
function aboutShare(about: string, said: Weights): number {
  const { words, names } = addWords(about)
  const weights = [
    ...[...words].map(word => said.get(word) ?? 0),
    ...[...names].map(name => said.get(`=${name}`) ?? 0),
  ]
  return Math.max(0.15, ...weights)
}

/** The symptom that a hit explains best, and how well it explains all. */
function explains(
  hit: Hit,
  { all }: Symptoms,
  service: string,
): { symptom: Symptom; fit: number } | undefined {
  const telling = all.some(({ kind, weight }) => !vague.has(kind) && weight >= 0.6)
  let best: { symptom: Symptom; fit: number } | undefined
  let [explained, whole] = [0, 0]
  for (const symptom of all) {
    const share = vague.has(symptom.kind) && telling ? vagueShare : 1
    const place = symptom.service === service || symptom.service === '' || service === '' ? 1 : 0.85
    const produced = hit.produces[symptom.kind] ?? 0
    const fit = produced * symptom.weight * share * place
    whole += symptom.weight * share
    explained += produced * symptom.weight * share
    if (fit > 0 && (!best || fit > best.fit)) best = { symptom, fit }
  }
  if (!best) return undefined
  return { symptom: best.symptom, fit: 0.75 * best.fit + 0.25 * (whole === 0 ? 0 : explained / whole) }
}
