import { stat } from 'node:fs/promises'
import type { LogRecord, Resource, Signal } from '../signals/signal.ts'
import { ContainerLines } from './container-line.ts'
import type { ContainerLog } from './kubernetes-snapshot/container-log.ts'
import { readSnapshot, type Snapshot } from './kubernetes-snapshot/snapshot.ts'
import { EntryJoiner } from './log-entries.ts'
import { logFacts } from './log-line.ts'
import { createOutbox } from './outbox.ts'
import { resourceOf } from './resource.ts'
import { startRounds } from './rounds.ts'
import { type Source, SourceError } from './source.ts'

export interface KubernetesSnapshotSettings {
  folder: string
  /** When it was taken, milliseconds since the epoch; that of reading it when absent. */
  at?: number
  /** Milliseconds between two looks; 10,000 when absent. */
  intervalMs?: number
}

const BATCH = 1_000

/** Events and logs of a snapshot of a cluster in a folder; files that are added or changed later are read too. */
export const kubernetesSnapshot: Source<KubernetesSnapshotSettings> = {
  type: 'kubernetes-snapshot',
  summary: 'Events and logs of a cluster from a folder, as kubectl cluster-info dump writes it',
  async open({ folder, at, intervalMs = 10_000 }, context) {
    const there = typeof folder === 'string' ? await stat(folder).catch(() => undefined) : undefined
    if (!there?.isDirectory()) throw new SourceError(`folder is not a folder that can be read: ${folder}`)
    const { clock } = context
    const outbox = createOutbox(context)
    const read = new Map(Object.entries(((await context.load()) ?? {}) as Record<string, string>))
    return startRounds({
      clock,
      outbox,
      intervalMs,
      async look() {
        const snapshot = await readSnapshot(folder, { at: at ?? clock.now() })
        const fresh = new Set(
          [...snapshot.files].filter(([file, digest]) => read.get(file) !== digest).map(([file]) => file),
        )
        for (const { file, problem } of snapshot.problems)
          if (fresh.has(file)) outbox.refuse(1, `${file}: ${problem}`)
        const signals = signalsOf(snapshot, at ?? clock.now(), fresh)
        for (let from = 0; from < signals.length; from += BATCH)
          await outbox.put(signals.slice(from, from + BATCH))
        for (const file of fresh) read.set(file, snapshot.files.get(file) ?? '')
        if (fresh.size > 0) await outbox.put([], Object.fromEntries(read))
      },
    })
  },
}

function signalsOf(snapshot: Snapshot, at: number, files: ReadonlySet<string>): Signal[] {
  const events = snapshot.events.filter(({ file }) => files.has(file)).map(({ event }) => event)
  return [
    ...events,
    ...snapshot.logs.filter(({ file }) => files.has(file)).flatMap(log => logRecords(log, at)),
  ]
}

/** Entries of a log that was printed at some time; what does not say when it was written is of then. */
export function logRecords(log: ContainerLog, at: number): LogRecord[] {
  const resource = resourceIn(log)
  const lines = new ContainerLines()
  const joiner = new EntryJoiner()
  const entries = log.text.split('\n').flatMap((text, index) => {
    const line = lines.push({ text: text.replace(/\r$/, ''), start: index, end: index + 1 })
    return line ? joiner.push(line, at) : []
  })
  return [...entries, ...joiner.flush()].map(entry => {
    const { at: said, severity, body, attributes } = logFacts(entry.text, at)
    return {
      kind: 'log',
      resource,
      at: entry.at ?? said ?? at,
      severity,
      body,
      attributes: log.previous ? { ...attributes, 'k8s.container.previous': true } : attributes,
    }
  })
}

function resourceIn({ kind, name, namespace, container }: ContainerLog): Resource {
  const attribute = kind.toLowerCase().startsWith('po')
    ? 'k8s.pod.name'
    : `k8s.${kind.toLowerCase().replace(/s$/, '')}.name`
  return resourceOf({
    'k8s.namespace.name': namespace ?? '',
    [attribute]: name,
    'k8s.container.name': container ?? '',
  })
}
