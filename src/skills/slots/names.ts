import { nearest } from './distance.ts'
import type { Thing } from './slot.ts'
import { overlaps, type Span, type Token } from './tokens.ts'

/** What is there to be named, by what it is. Sorted lists. */
export interface KnownNames {
  services: readonly string[]
  workloads: readonly string[]
  routes: readonly string[]
  prompts: readonly string[]
  releases: readonly string[]
  models: readonly string[]
  deliveries: readonly string[]
  providers: readonly string[]
  namespaces: readonly string[]
  incidents: readonly string[]
}

type Named = Thing | 'namespace' | 'incident'

export interface FoundName extends Span {
  name: string
  things: readonly Named[]
  /** As it was written, where that was not the name. */
  written?: string
}

export interface Names {
  found: readonly FoundName[]
  /** Could be several of what is there. */
  ambiguous: readonly (Span & { written: string; among: readonly string[] })[]
  /** Said to be something, or looks like a name, and is not there. */
  unknown: readonly (Span & { written: string; thing?: Named; near: readonly string[] })[]
}

const lists: Readonly<Record<keyof KnownNames, Named>> = {
  services: 'service',
  workloads: 'workload',
  routes: 'route',
  prompts: 'prompt',
  releases: 'release',
  models: 'model',
  deliveries: 'delivery',
  providers: 'provider',
  namespaces: 'namespace',
  incidents: 'incident',
}

/** Words that say what the name beside them is. */
const cues: Readonly<Record<string, Named>> = {
  ...{ service: 'service', svc: 'service', app: 'service', application: 'service' },
  ...{
    workload: 'workload',
    deployment: 'workload',
    deploy: 'workload',
    statefulset: 'workload',
    daemonset: 'workload',
  },
  ...{
    cronjob: 'workload',
    job: 'workload',
    route: 'route',
    prompt: 'prompt',
    release: 'release',
    model: 'model',
  },
  ...{
    delivery: 'delivery',
    provider: 'provider',
    namespace: 'namespace',
    ns: 'namespace',
    incident: 'incident',
  },
}

/** Letters of a prefix that stand for a name with an id at its end. */
const prefixLength = 8
const mostNear = 3

/**
 * Names of things in a question. What is not written exactly is taken for the nearest name only where it is no ordinary
 * word and nothing else is named; two that are equally near are both said.
 * @param ordinary words that are no names by themselves
 */
export function namesIn(
  tokens: readonly Token[],
  known: KnownNames,
  { taken, ordinary }: { taken: readonly Span[]; ordinary: ReadonlySet<string> },
): Names {
  const index = indexOf(known)
  const free = (span: Span) => !taken.some(other => overlaps(other, span))
  const found: FoundName[] = []
  for (let at = 0; at < tokens.length; at++) {
    const match = exactAt(tokens, at, index, ordinary)
    if (!match || !free(match.found)) continue
    found.push(match.found)
    at = match.next - 1
  }
  const others = tokens
    .map((token, at) => ({ token, cue: cueOf(tokens, at) }))
    .filter(({ token }) => free(token) && !found.some(other => overlaps(other, token)))
    .filter(
      ({ token }) =>
        !ordinary.has(token.text) &&
        /^[a-z0-9][a-z0-9._/-]+$/.test(token.text) &&
        !/^[\d.]+[a-z%]{0,3}$/.test(token.text),
    )
  const named = found.some(({ things }) => !things.includes('namespace'))
  const result = {
    found,
    ambiguous: [] as Names['ambiguous'][number][],
    unknown: [] as Names['unknown'][number][],
  }
  for (const { token, cue } of others) {
    const near =
      named && cue === undefined
        ? []
        : nearest(token.text, index.keys()).filter(name => fits(index, name, cue))
    const { start, end, text: written } = token
    const [only = ''] = near
    if (near.length === 1)
      found.push({
        start,
        end,
        name: index.get(only)?.name ?? only,
        things: index.get(only)?.things ?? [],
        written,
      })
    else if (near.length > 1)
      result.ambiguous.push({ start, end, written, among: near.map(name => index.get(name)?.name ?? name) })
    else if (cueBefore(tokens, token) || looksLikeName(written, ordinary))
      result.unknown.push({
        start,
        end,
        written,
        ...(cue !== undefined && { thing: cue }),
        near: begins(written, index),
      })
  }
  found.sort((a, b) => a.start - b.start)
  return result
}

/** Put together of parts of which one at least is no ordinary word: `mailer-v2`, not `post-mortem`. */
const looksLikeName = (written: string, ordinary: ReadonlySet<string>): boolean =>
  /[a-z0-9]-[a-z0-9]/.test(written) && written.split('-').some(part => !ordinary.has(part))

const cueBefore = (tokens: readonly Token[], token: Token): boolean =>
  Object.hasOwn(cues, tokens[tokens.indexOf(token) - 1]?.text ?? '')

type Index = ReadonlyMap<string, { name: string; things: readonly Named[] }>

function indexOf(known: KnownNames): Index {
  const index = new Map<string, { name: string; things: Named[] }>()
  for (const [list, thing] of Object.entries(lists))
    for (const name of known[list as keyof KnownNames]) {
      const key = name.toLowerCase()
      const entry = index.get(key) ?? { name, things: [] }
      entry.things.push(thing)
      index.set(key, entry)
    }
  return index
}

/** A name at a token: as it is, of several words (`refund desk`), or by its beginning where it ends with an id. */
function exactAt(tokens: readonly Token[], at: number, index: Index, ordinary: ReadonlySet<string>) {
  const token = tokens[at]
  if (!token) return undefined
  const cue = cueOf(tokens, at)
  for (const words of [3, 2, 1]) {
    const parts = tokens.slice(at, at + words)
    if (parts.length < words) continue
    const text = parts.map(part => part.text).join('-')
    const entry = index.get(text) ?? (words === 1 ? byPrefix(text, index) : undefined)
    if (!entry) continue
    const things = thingsBy(entry.things, cue, tokens[at - 1]?.text, ordinary.has(text))
    if (things.length === 0) continue
    const end = parts.at(-1)?.end ?? token.end
    return { found: { start: token.start, end, name: entry.name, things }, next: at + words }
  }
  return undefined
}

function byPrefix(text: string, index: Index) {
  if (text.length < prefixLength || !text.includes('-')) return undefined
  const fitting = [...index].filter(
    ([name, { things }]) =>
      name.startsWith(text) && things.some(thing => thing === 'incident' || thing === 'release'),
  )
  return fitting.length === 1 ? fitting[0]?.[1] : undefined
}

/** Which of the things of one name are meant. A namespace has to be said to be one where its name is an ordinary word. */
function thingsBy(
  things: readonly Named[],
  cue: Named | undefined,
  before: string | undefined,
  ordinary: boolean,
): readonly Named[] {
  if (cue !== undefined && things.includes(cue))
    return [cue, ...things.filter(thing => thing !== cue && cue !== 'namespace')]
  const within = before === 'in' || before === 'of' || before === 'namespace'
  const plain = things.filter(thing => thing !== 'namespace' && thing !== 'delivery')
  if (
    things.includes('namespace') &&
    (plain.length === 0 ? within || !ordinary : before === 'in' && plain.length === 0)
  )
    return ['namespace']
  return plain.length > 0 ? plain : ordinary ? [] : things.filter(thing => thing !== 'namespace')
}

/** Said before the name, or right behind it: `service cart`, `the cart deployment`. */
function cueOf(tokens: readonly Token[], at: number): Named | undefined {
  for (const place of [at - 1, at + 1]) {
    const word = tokens[place]?.text ?? ''
    if (Object.hasOwn(cues, word)) return cues[word]
  }
  return undefined
}

const fits = (index: Index, name: string, cue: Named | undefined): boolean => {
  const things = index.get(name)?.things ?? []
  const close: readonly Named[] = ['service', 'workload']
  return (
    cue === undefined ||
    things.includes(cue) ||
    (close.includes(cue) && things.some(thing => close.includes(thing)))
  )
}

const begins = (written: string, index: Index): string[] =>
  [...index.values()]
    .map(({ name }) => name)
    .filter(name => name.toLowerCase().startsWith(written.slice(0, 3)))
    .sort()
    .slice(0, mostNear)
