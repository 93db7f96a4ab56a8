import { z } from 'zod'
import { type CanonicalRequest, zoneOf } from '../../canonical/request.ts'
import type { Check } from '../check.ts'
import { DetectorError, type Finding } from '../detector.ts'

const optionsOf = z.strictObject({
  /** Tools the model may call; absent: every tool of the request. */
  allow: z.array(z.string().max(200)).max(1000).optional(),
  /** By tool, the arguments that may come from documents and tool results; `*` stands for all. */
  untrusted: z.record(z.string(), z.array(z.string().max(200)).max(100)).default({}),
})

/** Shorter values, such as "yes" or a year, are in every document by chance. */
const leastLength = 5
const maxLeaves = 1000
const maxDepth = 16

/**
 * What a model may do. A call of a tool nobody offered or allowed is found; so is an argument whose value stands in a
 * document or a tool result but nowhere in what user, system or route said, unless a rule names that argument: text
 * that an attacker can write must not choose a recipient or an amount (taint by provenance, as in CaMeL,
 * Debenedetti et al. 2025, arXiv:2503.18813, on values instead of a program).
 */
export const toolCallsCheck: Check = {
  name: 'tool-calls',
  summary: 'Only allowed tools are called, and untrusted content does not choose their arguments.',
  threshold: 0.5,
  create: options => {
    const parsed = optionsOf.safeParse(options)
    if (!parsed.success)
      throw new DetectorError(`tool-calls: ${z.prettifyError(parsed.error)}; options are allow and untrusted`)
    const { allow, untrusted } = parsed.data
    const allowed = allow && new Set(allow)
    return ({ choices }, request) => {
      const calls = choices.flatMap(({ toolCalls }) => toolCalls)
      if (calls.length === 0) return []
      const offered = new Set(request.tools?.map(({ name }) => name))
      let texts: Provenance | undefined
      return calls.flatMap((call): Finding[] => {
        if (!offered.has(call.name)) return [{ score: 1, reason: 'tool-not-offered' }]
        if (allowed && !allowed.has(call.name)) return [{ score: 1, reason: 'tool-not-allowed' }]
        const free = Object.hasOwn(untrusted, call.name) ? untrusted[call.name] : undefined
        if (free?.includes('*')) return []
        texts ??= provenanceOf(request)
        const known = texts
        const leaves = leavesOf(call.arguments)
        if (!leaves) return [{ score: 1, reason: 'arguments-too-complex' }]
        return leaves.flatMap(({ argument, value }) =>
          free?.includes(argument) || !isTainted(value, known)
            ? []
            : [{ score: 1, reason: 'untrusted-argument' }],
        )
      })
    }
  },
}

interface Provenance {
  trusted: string
  untrusted: string
}

/** Case and runs of white space do not hide where a value comes from. */
const normalised = (text: string): string => text.toLowerCase().replaceAll(/\s+/g, ' ').trim()

function provenanceOf({ messages }: CanonicalRequest): Provenance {
  const trusted: string[] = []
  const untrusted: string[] = []
  for (const message of messages)
    for (const part of message.parts) {
      if (part.type !== 'text') continue
      const zone = zoneOf(message, part)
      if (zone === 'document' || zone === 'tool') untrusted.push(part.text)
      // What the model said before may itself come from a document.
      else if (zone === 'user') trusted.push(part.text)
    }
  return { trusted: normalised(trusted.join('\n')), untrusted: normalised(untrusted.join('\n')) }
}

const isTainted = (value: string, { trusted, untrusted }: Provenance): boolean => {
  const text = normalised(value)
  return text.length >= leastLength && untrusted.includes(text) && !trusted.includes(text)
}

/**
 * String and number values with the top-level argument they belong to; text that is not JSON is one value. Undefined
 * beyond the limits: what was not looked at has not passed.
 */
function leavesOf(json: string): { argument: string; value: string }[] | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return json === '' ? [] : [{ argument: '', value: json }]
  }
  const leaves: { argument: string; value: string }[] = []
  let complex = false
  const visit = (at: unknown, argument: string, depth: number): void => {
    if (leaves.length >= maxLeaves || depth > maxDepth) complex = true
    else if (typeof at === 'string' || typeof at === 'number') leaves.push({ argument, value: String(at) })
    else if (typeof at === 'object' && at !== null)
      for (const [name, inner] of Object.entries(at)) visit(inner, depth === 0 ? name : argument, depth + 1)
  }
  visit(value, '', 0)
  return complex ? undefined : leaves
}
