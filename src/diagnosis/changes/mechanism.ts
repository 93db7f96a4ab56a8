import type { DiffClass, Hit } from './classes/diff-class.ts'
import { diffClasses } from './classes/index.ts'
import { unclassified } from './classes/unclassified.ts'
import type { Edit } from './diff/edit.ts'
import type { Weights } from './evidence-words.ts'
import type { Arrived } from './reach.ts'
import type { Symptom, SymptomKind, Symptoms } from './symptoms/symptom.ts'
import { addWords } from './symptoms/words.ts'

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
/** What a known mechanism counts of an edit that hardly changes what runs. */
const byKind = 0.4
/** What a mechanism counts without a word in common with the evidence. */
const alone = 0.55
/** The same of what no class knows. */
const vaguely = 0.35
/** What a caller does to those that it calls, and how near it is then. */
const pushing: ReadonlySet<SymptomKind> = new Set([
  ...(['traffic-up', 'retries', 'rate-limit', 'database-load', 'calls-per-request', 'pool-wait'] as const),
])
const asCaller = 0.9
/** A library that the evidence does not name is less likely what broke. */
const unnamed = 0.85
/** Half a mechanism is less than half a cause. */
const sharpness = 1.3
/** Words in common make up for this much of a distance that the graph of calls knows nothing of (messages, tables, files). */
const farLink = 0.6

/** What a change does that explains most. */
export interface Mechanism {
  hit: Hit & { class: DiffClass }
  /** What it explains best. */
  symptom: Symptom
  /** How well its class explains the symptoms, 0 to 1. */
  mechanism: number
  /** How much it has in common with the evidence, 0 to 1. */
  link: number
  /** How near it is to what suffers, with what words in common make up for, 0 to 1. */
  reach: number
  /** All of it, 0 to 1. */
  score: number
}

interface Facts {
  symptoms: Symptoms
  arrived: Arrived
  said: Weights
  link: number
  /** How much of what runs the edit can change, 0 to 1. */
  impact: number
}

/** The mechanism that explains most; or in words why there is none. */
export function bestMechanism(edit: Edit, facts: Facts): Mechanism | string {
  const hits = diffClasses.flatMap(diffClass =>
    diffClass.find(edit).map(hit => ({
      ...hit,
      class: diffClass,
      strength: hit.strength * (diffClass === unclassified ? 1 : byKind + (1 - byKind) * facts.impact),
    })),
  )
  const [first] = hits
  if (!first) return 'it changes nothing that runs'
  const found = hits.flatMap(hit => judged(hit, facts) ?? [])
  const best = found.reduce<Mechanism | undefined>((a, b) => (a && a.score >= b.score ? a : b), undefined)
  if (best) return best
  const kinds = facts.symptoms.all.filter(({ kind }) => !vague.has(kind)).map(({ kind }) => kind)
  return `it ${first.says}, which can not cause ${[...new Set(kinds)].slice(0, 3).join(', ') || 'this'}`
}

function judged(
  hit: Mechanism['hit'],
  { symptoms, arrived, said, link: common }: Facts,
): Mechanism | undefined {
  const explained = explains(hit, symptoms, arrived.arrival.service)
  if (!explained) return undefined
  const { symptom, fit } = explained
  const link = hit.about === undefined ? common : common * aboutShare(hit.about, said)
  const mechanism = hit.strength * fit * (hit.about === undefined || link > 0.1 ? 1 : unnamed)
  const near = arrived.calls && pushing.has(symptom.kind) ? Math.max(asCaller, arrived.place) : arrived.place
  const place = near + (1 - near) * farLink * link
  const least = hit.class === unclassified ? vaguely : alone
  const score = mechanism ** sharpness * (least + (1 - least) * link) * place * arrived.time
  return { hit, symptom, mechanism, link, reach: place, score }
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
