import type { EventRecord } from '../signals/signal.ts'
import { cut } from './attributes.ts'
import { cleanAttributes, message, resource } from './plain-values.ts'

export type CiState = 'passed' | 'failed' | 'stopped'

const severities = { passed: 'info', failed: 'error', stopped: 'warning' } as const

/** Something that a CI system finished, in one form whichever system it was. */
export function ciEvent(ended: {
  /** Such as `github`. */
  system: string
  /** Such as `acme/checkout`; its last part is the service. */
  repository: string
  at: number
  state: CiState
  /** How the system calls the result, such as `timed_out`. */
  word: string
  /** What it is within the repository, such as `job/17`. */
  run: string
  message: string
  attributes: Readonly<Record<string, unknown>>
}): EventRecord {
  const { system, repository, at, state, word, run } = ended
  return {
    kind: 'event',
    resource: resource({ service: repository.split('/').at(-1) }),
    at,
    source: 'ci',
    reason: cut(word, 256),
    severity: severities[state],
    message: message(ended.message),
    key: cut(`ci/${system}/${repository}/${run}`, 512),
    count: 1,
    attributes: cleanAttributes({ 'ci.system': system, 'ci.repository': repository, ...ended.attributes }),
  }
}
