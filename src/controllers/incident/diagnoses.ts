import type { Incident } from '../../api/kinds/incident.ts'
import type { Diagnosis, Hypothesis } from '../../diagnosis/diagnosis.ts'
import type { Context } from '../runtime/reconciler.ts'
import { messageOf } from '../runtime/sanitise.ts'

/** Gathers the evidence of an Incident, keeps it and says what it shows. */
export type Diagnose = (incident: Incident, signal: AbortSignal) => Promise<Diagnosed>

export interface Diagnosed {
  diagnosis: Diagnosis
  /** Folder of the evidence, from the state directory on. */
  bundle: string
  /** Proposals that were made of it, and why there are none. */
  response?: { proposals: readonly { name: string; title: string }[]; text: string }
}

/** After these times from its opening an Incident is looked at once more: evidence comes late. */
const lookAgainMs = [0, 2 * 60_000, 10 * 60_000]
/** Symptoms that join are waited for this long. */
const settleMs = 60_000
const most = { hypotheses: 5, evidence: 5, rejected: 10, text: 2000 } as const

type Status = NonNullable<Incident['status']>
type Tell = (what: 'Diagnosed' | 'Proposed', message: string) => void
type Result = Diagnosed | { error: string }

/**
 * Diagnoses Incidents beside the reconciler, which goes on meanwhile: one that was diagnosed is woken and gets the
 * result. A restart that loses a result asks again.
 */
export function createDiagnoses(diagnose: Diagnose) {
  const running = new Set<string>()
  const results = new Map<string, Result>()
  return {
    /**
     * Starts what is due and writes down what is done.
     * @returns when time alone makes another due, in milliseconds since the epoch
     */
    progress(
      incident: Incident,
      status: Status,
      { clock, signal, wake }: Pick<Context, 'clock' | 'signal' | 'wake'>,
      tell: Tell,
    ): number | undefined {
      const key = incident.metadata.uid ?? ''
      const now = clock.now()
      const result = results.get(key)
      if (result) {
        results.delete(key)
        write(status, result, { at: now, symptoms: incident.spec.symptoms.length, tell })
      }
      if (running.has(key)) return undefined
      const due = dueAt(incident, status)
      if (due === undefined || due > now) return due
      running.add(key)
      void diagnose(structuredClone({ ...incident, status }), signal)
        .then<Result, Result>(
          found => found,
          (error: unknown) => ({ error: messageOf(error) }),
        )
        .then(found => {
          running.delete(key)
          if (signal.aborted) return
          results.set(key, found)
          wake()
        })
      return undefined
    },
  }
}

function dueAt({ spec }: Incident, status: Status): number | undefined {
  if (status.phase === 'Closed' || status.openedAt === undefined) return undefined
  const opened = Date.parse(status.openedAt)
  const { diagnosis } = status
  if (!diagnosis) return opened
  const last = Date.parse(diagnosis.at)
  const joined = spec.symptoms.length > diagnosis.symptoms ? [last + settleMs] : []
  const later = lookAgainMs.map(ms => opened + ms).filter(at => at > last)
  return [...joined, ...later].sort((a, b) => a - b)[0]
}

function write(
  status: Status,
  result: Result,
  { at, symptoms, tell }: { at: number; symptoms: number; tell: Tell },
): void {
  const seen = { at: new Date(at).toISOString(), symptoms }
  if ('error' in result) {
    status.diagnosis = { ...seen, reason: `could not be diagnosed: ${result.error}`.slice(0, most.text) }
    return
  }
  const { diagnosis, bundle, response } = result
  const known = new Set(status.diagnosis?.proposals ?? [])
  const [before] = status.hypotheses ?? []
  const [top] = diagnosis.hypotheses
  status.hypotheses = diagnosis.hypotheses.slice(0, most.hypotheses).map(shown)
  status.diagnosis = {
    ...seen,
    bundle,
    ...(response && { response: cut(response.text) }),
    ...(response &&
      response.proposals.length > 0 && { proposals: response.proposals.map(({ name }) => name) }),
    ...(diagnosis.reason !== undefined && { reason: cut(diagnosis.reason) }),
    ...(diagnosis.onset !== undefined && { onset: new Date(diagnosis.onset).toISOString() }),
    ...(diagnosis.rejected.length > 0 && {
      rejected: diagnosis.rejected
        .slice(0, most.rejected)
        .map(({ cause, reason }) => ({ cause: { ...cause }, reason: cut(reason) })),
    }),
  }
  if (top && (top.cause.name !== before?.cause.name || top.cause.kind !== before.cause.kind))
    tell('Diagnosed', `${cut(top.statement)} (${Math.round(top.confidence * 100)} %)`)
  for (const { name, title } of response?.proposals ?? [])
    if (!known.has(name)) tell('Proposed', `${title}: keelway proposal ${name} shows it`)
}

const shown = ({ evidence, against, contributions, ...hypothesis }: Hypothesis) => ({
  ...hypothesis,
  statement: cut(hypothesis.statement),
  cause: { ...hypothesis.cause },
  rules: [...hypothesis.rules],
  evidence: evidence.slice(0, most.evidence).map(told),
  against: against.slice(0, most.evidence).map(told),
  contributions: contributions.slice(0, most.evidence).map(one => ({ ...one, detail: cut(one.detail) })),
})

const told = ({ source, detail }: { source: string; detail: string }) => ({
  source: cut(source),
  detail: cut(detail),
})

const cut = (text: string): string => text.slice(0, most.text)
