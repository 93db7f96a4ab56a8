import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from './command.ts'

/** What `keelway up` writes to STATE/endpoints.json for the other commands. */
export interface Endpoints {
  pid: number
  api: string
  control: string
  controlToken: string
  gateway: string
  /** Where signals are written to, with the token of STATE/intake-token. */
  intake: string
}

export const stateOption = {
  type: 'string',
  value: 'DIR',
  default: '.keelway',
  summary: 'state directory of keelway up',
} as const

/** The endpoints of the running system, or undefined when none was started on this directory. */
export async function findEndpoints(state: string): Promise<Endpoints | undefined> {
  const text = await readFile(join(state, 'endpoints.json'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as Endpoints)
}

/** @throws UsageError when nothing runs on this state directory. */
export async function runningEndpoints(state: string): Promise<Endpoints> {
  const endpoints = await findEndpoints(state)
  if (!endpoints)
    throw new UsageError(
      `nothing runs on state directory ${state}: start it with keelway up --state ${state}`,
    )
  return endpoints
}
