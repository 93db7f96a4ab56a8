import type { Feedback } from '../telemetry/telemetry.ts'
import { GatewayError } from './failure.ts'
import { parseJson } from './protocols/fields.ts'

const maxScores = 32
const maxLabel = 16 << 10
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const scoreName = /^[A-Za-z0-9_-]{1,63}$/

/** The body of `POST /v1/feedback`: scores in [0, 1], the right answer, or both. @throws GatewayError */
export function parseFeedback(body: Buffer, at: number): Feedback {
  const value = parseJson(body)
  if (typeof value !== 'object' || value === null) throw wrong('the body must be a JSON object')
  const { call, scores, label } = value as Record<string, unknown>
  if (typeof call !== 'string' || !uuid.test(call))
    throw wrong('call must be the value of the header x-keelway-call of an answer', 'call')
  if (scores === undefined && label === undefined)
    throw wrong('give scores such as {"correct": 1}, or label, the right answer', 'scores')
  if (label !== undefined && (typeof label !== 'string' || label.length > maxLabel))
    throw wrong(`label must be a string of at most ${maxLabel} characters`, 'label')
  return {
    call,
    at,
    ...(scores === undefined ? {} : { scores: parseScores(scores) }),
    ...(typeof label === 'string' ? { label } : {}),
  }
}

function parseScores(scores: unknown): Record<string, number> {
  if (typeof scores !== 'object' || scores === null || Array.isArray(scores))
    throw wrong('scores must be an object such as {"correct": 1}', 'scores')
  const entries = Object.entries(scores)
  if (entries.length === 0 || entries.length > maxScores)
    throw wrong(`scores must have between 1 and ${maxScores} members`, 'scores')
  for (const [name, score] of entries) {
    if (!scoreName.test(name))
      throw wrong('names of scores are letters, digits, - and _, at most 63', 'scores')
    if (typeof score !== 'number' || !(score >= 0 && score <= 1))
      throw wrong(`scores.${name} must be a number from 0 to 1`, `scores.${name}`)
  }
  return Object.fromEntries(entries)
}

const wrong = (message: string, param?: string): GatewayError =>
  new GatewayError('invalid_request', message, param === undefined ? {} : { param })
