import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Incident } from '../api/kinds/incident.ts'
import type { Client } from '../client/client.ts'
import type { Diagnose, Diagnosed } from '../controllers/incident/diagnoses.ts'
import { diagnoseInWorker } from '../diagnosis/in-worker.ts'
import { detectors } from '../gateway/guardrails/detectors/index.ts'
import { redactor } from '../gateway/observability/redaction.ts'
import { systemClock as clock } from '../lib/clock.ts'
import { clusterObjects } from '../telemetry/bundle/cluster-objects.ts'
import type { BundleIncident } from '../telemetry/bundle/incident.ts'
import { writeBundle } from '../telemetry/bundle/write.ts'
import type { BundleReader } from '../telemetry/bundle/writing.ts'
import type { Window } from '../telemetry/signals/signal-store.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

const hourMs = 3_600_000
/** What was usual before an incident, and how it ended. */
const beforeMs = hourMs
const afterMs = hourMs / 6
/** Of a bundle that nobody asked for. */
const automaticBytes = 16 << 20
const keptBundles = 50

export interface EvidenceParts {
  signals: BundleReader
  telemetry: Pick<Telemetry, 'usage' | 'reviewed'>
  client: Pick<Client, 'serves' | 'list'>
}

/** Where everything of a bundle comes from. */
export const bundleSources = ({ signals, telemetry, client }: EvidenceParts) => ({
  signals,
  calls: telemetry,
  objects: (leaveOut: (what: string) => void, whole: (kind: string) => void) =>
    clusterObjects(client, leaveOut, whole),
  redact: redactor(detectors),
})

/** The time that an incident is about: an hour before it until it was over, or now. */
export function windowOf({ spec, status }: Incident, now: number): Window {
  const closed = status?.closedAt
  return {
    from: Date.parse(spec.startedAt) - beforeMs,
    to: Math.min(now, closed === undefined ? now : Date.parse(closed) + afterMs),
  }
}

/** An Incident as bundles tell it. */
export function toldOf({ metadata, spec, status }: Incident): BundleIncident {
  const [service] = spec.services
  return {
    name: metadata.name,
    startedAt: Date.parse(spec.startedAt),
    ...(status?.openedAt !== undefined && { detectedAt: Date.parse(status.openedAt) }),
    ...(service !== undefined && { service }),
    services: spec.services,
    summary: spec.title,
    alerts: spec.symptoms.map(({ since, until, reason, message, ...symptom }) => ({
      at: since,
      ...(until !== undefined && { until }),
      title: reason,
      description: message,
      ...symptom,
    })),
  }
}

/** What else is known and done when an Incident is diagnosed. */
export interface EvidenceOptions {
  /** What outcomes taught, by rule. */
  priors(): Promise<Readonly<Record<string, { factor: number; detail: string }>>>
  /** Proposes what could mend it, within what automation may. */
  respond(incident: Incident, signal: AbortSignal): Promise<NonNullable<Diagnosed['response']>>
}

/**
 * Diagnoses Incidents one at a time, from evidence that is written to `STATE/evidence` first. The bundles of the last ones
 * are kept, so that each diagnosis can be made again from what it saw.
 */
export function keptEvidence(
  directory: string,
  parts: EvidenceParts,
  { priors, respond }: EvidenceOptions,
): Diagnose {
  const folder = join(directory, 'evidence')
  let last: Promise<unknown> = Promise.resolve()
  const one = async (incident: Incident, signal: AbortSignal): Promise<Diagnosed> => {
    signal.throwIfAborted()
    const now = clock.now()
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const name = `${incident.metadata.namespace}.${incident.metadata.name}`
    const bundle = join(folder, name)
    await rm(bundle, { recursive: true, force: true })
    const query = { ...windowOf(incident, now), incident: toldOf(incident), maxBytes: automaticBytes }
    await writeBundle(query, bundleSources(parts), bundle)
    await prune(folder)
    const request = { folder: bundle, now, priors: await priors() }
    const diagnosis = await diagnoseInWorker(request, { clock, signal })
    const mends = diagnosis.hypotheses.some(({ remedy }) => remedy !== undefined)
    return {
      diagnosis,
      bundle: `evidence/${name}`,
      ...(mends && { response: await respond(incident, signal) }),
    }
  }
  return (incident, signal) => {
    const next = last.then(() => one(incident, signal))
    last = next.catch(() => {
      // Told to who asked for it.
    })
    return next
  }
}

async function prune(folder: string): Promise<void> {
  const names = await readdir(folder)
  if (names.length <= keptBundles) return
  const ages = await Promise.all(
    names.map(async name => ({ name, at: (await stat(join(folder, name))).mtimeMs })),
  )
  for (const { name } of ages.sort((a, b) => b.at - a.at).slice(keptBundles))
    await rm(join(folder, name), { recursive: true, force: true })
}
