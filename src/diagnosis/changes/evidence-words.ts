import type { Edit } from './diff/edit.ts'
import type { Symptoms } from './symptoms/symptom.ts'
import { addWords, bareName, noWords, partsOf, wordOf } from './symptoms/words.ts'

/** Words and names by how much they count, 0 to 1. */
export type Weights = Map<string, number>

/** How much the parts of a change count: what it does fully, what it says of itself hardly. */
const parts = { done: 1, path: 0.6, context: 0.35, told: 0.15, message: 0.15 } as const
/** What comments, hunk headers and the message may add together: they are written, not done. */
const mostTold = 0.08
/** A whole name in common says more than its words. */
const wholeName = 1.6
/** Rare words in common after which two thirds of what they can say is said. */
const scale = 2.2
const most = { matched: 8 } as const

/**
 * Words of the evidence: what was said when it went wrong and what the metrics are called that left their level. Names of
 * services are left out: they tell where, not what.
 */
export function evidenceWords({ sayings, shifts }: Symptoms, services: readonly string[]): Weights {
  const weights: Weights = new Map()
  const places = placeWords(services)
  const add = (text: string, weight: number) => {
    const { words, names } = addWords(text)
    for (const word of words) if (!places.has(word)) raise(weights, word, weight)
    for (const name of names) if (!places.has(name)) raise(weights, `=${name}`, weight)
  }
  for (const { text, weight, source } of sayings)
    add(text, source === 'incident.json' ? 0.7 * weight : weight)
  for (const { metric, weight } of shifts) add(metric, 0.6 * weight)
  return weights
}

/** Names of services in each form, and their parts. */
function placeWords(services: readonly string[]): Set<string> {
  const found = new Set<string>()
  for (const service of services) {
    const parts = [...partsOf(service), bareName(service)]
    for (const part of parts) found.add(part).add(wordOf(part) ?? part)
    found.add(partsOf(service).join(''))
  }
  return found
}

const raise = (weights: Weights, word: string, weight: number): void => {
  weights.set(word, Math.max(weights.get(word) ?? 0, weight))
}

/** Words of one change by how much each counts. */
export function changeWords({ files, change }: Edit): { done: Weights; told: Weights } {
  const [done, told]: Weights[] = [new Map(), new Map()]
  const put = (into: Weights | undefined, texts: readonly string[], weight: number) => {
    const found = noWords()
    for (const text of texts) addWords(text, found)
    for (const word of found.words) if (into) raise(into, word, weight)
    for (const name of found.names) if (into) raise(into, `=${name}`, weight)
  }
  for (const file of files) {
    put(done, [...file.removed, ...file.added], parts.done)
    if (file.removed.length + file.added.length + file.moved.length > 0) put(done, [file.path], parts.path)
    put(done, [...file.context, ...file.moved], parts.context)
    put(told, [...file.told, ...file.shown], parts.told)
  }
  // A flag has nothing but its name.
  put(
    change.change === 'flag' ? done : told,
    [change.message, change.id],
    change.change === 'flag' ? parts.path : parts.message,
  )
  return { done: done ?? new Map(), told: told ?? new Map() }
}

/** How much of the name of a flag the evidence speaks of, 0 to 1; its name is all that is known of it. */
export function flagNamed({ change }: Edit, evidence: Weights, services: readonly string[]): number {
  const places = placeWords(services)
  const { words, names } = addWords(change.id.replace(/^flag:/, '').replace(/@.*$/, ''))
  for (const name of names) if ((evidence.get(`=${name}`) ?? 0) >= 0.4) return 0.9
  const own = [...words].filter(word => !places.has(word))
  const said = own.filter(word => (evidence.get(word) ?? 0) >= 0.4)
  return own.length === 0 ? 0 : (0.8 * said.length) / own.length
}

/** In how many changes each word stands, of how many. */
export interface Rarity {
  changes: number
  standsIn: ReadonlyMap<string, number>
}

export function rarityOf(all: readonly { done: Weights }[]): Rarity {
  const standsIn = new Map<string, number>()
  for (const { done } of all)
    for (const word of done.keys()) standsIn.set(word, (standsIn.get(word) ?? 0) + 1)
  return { changes: all.length, standsIn }
}

/** 0 for a word of every change, 1 for one of this alone (inverse document frequency). */
const rarenessOf = (word: string, { changes, standsIn }: Rarity): number => {
  const share = Math.log((changes + 1) / ((standsIn.get(word) ?? 0) + 0.5)) / Math.log((changes + 1) / 1.5)
  return changes < 3 ? 0.8 : Math.max(0, Math.min(1, share))
}

/** How much a change has in common with the evidence, 0 to 1, and by which words, the most telling first. */
export function overlap(
  { done, told }: { done: Weights; told: Weights },
  evidence: Weights,
  rarity: Rarity,
): { share: number; words: string[] } {
  const matched: { word: string; weight: number }[] = []
  const sum = (from: Weights) => {
    let total = 0
    for (const [word, weight] of from) {
      const said = evidence.get(word)
      if (said === undefined) continue
      const counts = said * weight * rarenessOf(word, rarity) * (word.startsWith('=') ? wholeName : 1)
      total += counts
      if (from === done) matched.push({ word, weight: counts })
    }
    return total
  }
  // A change of thousands of lines has every word.
  const length = 1 + Math.log1p(done.size / 200)
  const share = 1 - Math.exp(-sum(done) / length / scale)
  const said = Math.min(mostTold, 1 - Math.exp(-sum(told) / scale))
  matched.sort((a, b) => b.weight - a.weight || (a.word < b.word ? -1 : 1))
  return {
    share: Math.min(1, share + said * (1 - share)),
    words: matched
      .filter(({ weight }) => weight >= 0.15)
      .slice(0, most.matched)
      .map(({ word }) => word.replace(/^=/, '')),
  }
}
