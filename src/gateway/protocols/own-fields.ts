import type { Zone } from '../guardrails/detector.ts'
import { isJson, type Json, optionalRecord, within, wrong } from './fields.ts'

const none: Readonly<Json> = Object.freeze({})

/**
 * The gateway's own member of a body, taken out of it: no provider ever sees it. It carries the values of the prompt's
 * variables; clients that can not send members of their own use `metadata`.
 */
export function takeVariables(body: Json): Readonly<Json> {
  const own = optionalRecord(body, 'keelway')
  if (body.keelway !== undefined) delete body.keelway
  const variables = own && within('keelway', own, value => optionalRecord(value, 'variables'))
  return variables ?? optionalRecord(body, 'metadata') ?? none
}

/** The trust zone that a client gives to a message or a part: `"keelway": {"zone": "document"}`. Taken out as well. */
export function takeZone(value: Json): Zone | undefined {
  const { keelway } = value
  if (keelway === undefined) return undefined
  delete value.keelway
  const zone = isJson(keelway) ? keelway.zone : undefined
  if (zone !== 'document' && zone !== 'tool') throw wrong('keelway.zone', 'must be "document" or "tool"')
  return zone
}
