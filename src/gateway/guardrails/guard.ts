import type { GuardResult } from '../../telemetry/telemetry.ts'
import type { AnswerContent } from '../canonical/answer.ts'
import type { CanonicalRequest, Message, Part } from '../canonical/request.ts'
import { withParts, zoneOf } from '../canonical/request.ts'
import type { GatewayError } from '../failure.ts'
import { type AnswerGuard, createAnswerGuard } from './answer-guard.ts'
import type { Finding, Zone } from './detector.ts'
import { createMask, type Mask } from './masking.ts'
import { refusalOf } from './refusal.ts'
import { found, type Rule, resultOf } from './rules.ts'

/** The guardrails of one release: they look at every request before a provider sees it, and at every answer before a client does. */
export interface Guard {
  /** Never throws: a refusal is part of what it returns, beside the verdicts. */
  request(request: CanonicalRequest, signal: AbortSignal): Promise<GuardedRequest> | GuardedRequest
  /** For the answer of one call; undefined when no rule looks at answers and nothing was masked. */
  answer(guarded: GuardedRequest, content: AnswerContent, signal: AbortSignal): AnswerGuard | undefined
}

export interface GuardedRequest {
  /** With what rules masked replaced. */
  request: CanonicalRequest
  results: GuardResult[]
  /** What the client is told instead of an answer. */
  refusal?: GatewayError
  /** What was replaced, to be put back in the answer. */
  mask?: Mask
}

/** One text of a request and where it stands. */
interface Place {
  message: number
  part: number
  text: string
  zone: Zone
  /** Said by the assistant before, with what was masked then put back: only masking looks at it again. */
  history: boolean
}

const noPlaces: readonly Place[] = []

export function createGuard(rules: readonly Rule[]): Guard {
  const before = rules.filter(rule => rule.kind !== 'answer' && looksAtRequests(rule))
  const after = rules.filter(rule => rule.kind === 'answer' || rule.zones.has('output'))
  return {
    request: (request, signal) => {
      if (before.length === 0) return { request, results: [] }
      const places = placesOf(request)
      return before.some(rule => rule.kind === 'external')
        ? guardLater(before, request, places, signal)
        : concluded(request, places, runText(before, places))
    },
    answer: ({ request, mask }, content, signal) =>
      after.length === 0 && !mask ? undefined : createAnswerGuard(after, { request, content, mask, signal }),
  }
}

const looksAtRequests = ({ zones }: Rule): boolean =>
  zones.has('user') || zones.has('document') || zones.has('tool')

/** Instructions of system and developer are the application's own: only what a template marked is looked at. */
function placesOf({ messages, inputs }: CanonicalRequest): readonly Place[] {
  const places: Place[] = []
  for (const [i, message] of messages.entries()) {
    for (const [j, part] of message.parts.entries()) {
      if (part.type !== 'text') continue
      const history = message.role === 'assistant'
      if ((message.role === 'system' || message.role === 'developer') && part.zone === undefined) continue
      const zone = history ? 'user' : zoneOf(message, part)
      places.push({ message: i, part: j, text: part.text, zone, history })
    }
  }
  for (const [i, text] of inputs?.entries() ?? [])
    if (typeof text === 'string')
      places.push({ message: -1, part: i, text, zone: 'document', history: false })
  return places.length === 0 ? noPlaces : places
}

interface Ran {
  rule: Rule
  zone: Zone
  /** By place, in the order of places; undefined where the rule failed. */
  hits: { place: Place; findings: readonly Finding[] }[]
  failed?: string
}

/** Where a request has no text a rule has nothing to say, neither that it passed. */
function runText(rules: readonly Rule[], places: readonly Place[]): Ran[] {
  const ran: Ran[] = []
  for (const rule of rules)
    for (const zone of rule.zones) {
      if (zone === 'output' || !places.some(place => place.zone === zone)) continue
      ran.push(runRule(rule, zone, places))
    }
  return ran
}

function runRule(rule: Rule, zone: Zone, places: readonly Place[]): Ran {
  const hits: Ran['hits'] = []
  if (rule.kind === 'broken') return { rule, zone, hits, failed: rule.why }
  if (rule.kind !== 'text') return { rule, zone, hits, failed: 'it did not run' }
  try {
    for (const place of places)
      if (place.zone === zone && (!place.history || rule.action === 'mask')) {
        const findings = found(rule, place.text, zone)
        if (findings.length > 0) hits.push({ place, findings })
      }
    return { rule, zone, hits }
  } catch (error) {
    return { rule, zone, hits, failed: (error as Error).message }
  }
}

async function guardLater(
  rules: readonly Rule[],
  request: CanonicalRequest,
  places: readonly Place[],
  signal: AbortSignal,
): Promise<GuardedRequest> {
  const ran = runText(
    rules.filter(({ kind }) => kind !== 'external'),
    places,
  )
  const asked = rules.flatMap(rule =>
    rule.kind === 'external'
      ? [...rule.zones]
          .filter(zone => places.some(place => place.zone === zone))
          .map(zone => askRule(rule, zone, places, signal))
      : [],
  )
  return concluded(request, places, [...ran, ...(await Promise.all(asked))])
}

async function askRule(
  rule: Rule & { kind: 'external' },
  zone: Zone,
  places: readonly Place[],
  signal: AbortSignal,
): Promise<Ran> {
  try {
    const hits = await Promise.all(
      places
        .filter(place => place.zone === zone && (!place.history || rule.action === 'mask'))
        .map(async place => {
          const findings = await rule.ask(place.text, zone, signal)
          return { place, findings: findings.filter(({ score }) => score >= rule.threshold(zone)) }
        }),
    )
    return { rule, zone, hits: hits.filter(({ findings }) => findings.length > 0) }
  } catch (error) {
    return { rule, zone, hits: [], failed: (error as Error).message }
  }
}

function concluded(request: CanonicalRequest, places: readonly Place[], ran: readonly Ran[]): GuardedRequest {
  const results = ran.map(({ rule, zone, hits, failed }) =>
    resultOf(rule, zone, failed === undefined ? { findings: hits.flatMap(one => one.findings) } : { failed }),
  )
  const refusal = refusalOf(results)
  if (refusal) return { request, results, refusal }
  const masking = ran.filter(({ rule, hits }) => rule.enforce && rule.action === 'mask' && hits.length > 0)
  if (masking.length === 0) return { request, results }
  const mask = createMask()
  // A placeholder that stands in the text by chance must not be taken for one of ours.
  for (const { text } of places) mask.reserve(text)
  const spans = new Map<Place, Finding[]>()
  for (const { hits } of masking)
    for (const { place, findings } of hits) spans.set(place, [...(spans.get(place) ?? []), ...findings])
  const messages = [...request.messages]
  const inputs = request.inputs && [...request.inputs]
  for (const [place, findings] of spans) {
    const text = mask.mask(place.text, findings)
    if (place.message < 0) {
      if (inputs) inputs[place.part] = text
    } else messages[place.message] = withText(messages[place.message] as Message, place.part, text)
  }
  return { request: { ...request, messages, ...(inputs ? { inputs } : {}) }, results, mask }
}

const withText = (message: Message, at: number, text: string): Message =>
  withParts(
    message,
    message.parts.map((part, i): Part => (i === at && part.type === 'text' ? { ...part, text } : part)),
  )
