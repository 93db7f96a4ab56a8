import { Secret } from '../../api/kinds/core.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import type { Client } from '../../client/client.ts'
import { type Git, GitError, type Remote } from '../../git/git.ts'
import { remoteOf } from '../../git/remote.ts'
import type { ChangeRecord, EventRecord, Signal } from '../signals/signal.ts'
import { cut } from './attributes.ts'
import { areaOf, type ChangedFile, changedFiles } from './git-changes.ts'
import { follow } from './kubernetes-follow.ts'
import { createOutbox } from './outbox.ts'
import { cleanAttributes, message, resource } from './plain-values.ts'
import { type Source, SourceError } from './source.ts'

export interface GitHistorySettings {
  client: Client
  git: Git
}

type Entry = NonNullable<NonNullable<Delivery['status']>['history']>[number]
/** The last entry told, by Delivery, as `time revision`. */
type Position = Record<string, string>

/**
 * What was delivered from Git: each commit that a Delivery applied, as one change for each area it touches (code,
 * config, prompt, …) with the files and what is different in them; and each commit that was refused, as an event.
 */
export const gitHistory: Source<GitHistorySettings> = {
  type: 'git-history',
  summary: 'Commits that Deliveries applied, with what they changed',
  async open({ client, git }, context) {
    if (typeof client?.watch !== 'function') throw new SourceError('client is missing: it reads Deliveries')
    if (typeof git?.files !== 'function')
      throw new SourceError('git is missing: it reads what commits changed')
    const { clock } = context
    const outbox = createOutbox(context)
    const closing = new AbortController()
    const position = { ...((await context.load()) as Position | undefined) }

    const tell = async (delivery: Delivery) => {
      const name = `${delivery.metadata.namespace}/${delivery.metadata.name}`
      const entries = settled(delivery)
      const told = entries.findIndex(entry => markOf(entry) === position[name])
      const fresh = entries.slice(told + 1)
      if (fresh.length === 0) return
      const remote = await remoteIn(client, delivery)
      for (const entry of fresh) {
        const before = entries
          .slice(0, entries.indexOf(entry))
          .findLast(({ result, revision }) => result === 'applied' && revision !== entry.revision)
        const signals =
          entry.result === 'refused'
            ? [refusal(delivery, entry)]
            : await commitChanges({ delivery, entry, before, git, remote, signal: closing.signal })
        position[name] = markOf(entry)
        await outbox.put(signals, { ...position })
      }
    }
    const running = follow({
      client,
      kind: Delivery,
      clock,
      signal: closing.signal,
      async listed(deliveries) {
        for (const delivery of deliveries) await tell(delivery as unknown as Delivery)
        const present = new Set(deliveries.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`))
        for (const name of Object.keys(position)) if (!present.has(name)) delete position[name]
      },
      async changed(type, delivery) {
        if (type !== 'DELETED') await tell(delivery as unknown as Delivery)
      },
      trouble: what => outbox.trouble(what),
    })
    return {
      status: () => outbox.status(),
      async close() {
        closing.abort(new Error('the source was closed'))
        await outbox.close()
        await running
      },
    }
  },
}

/** Oldest first, without the one that is still being applied. */
const settled = ({ status }: Delivery): Entry[] =>
  (status?.history ?? []).filter(entry => entry.message !== 'being applied').reverse()

const markOf = ({ at, revision }: Entry): string => `${at} ${revision}`

async function remoteIn(client: Client, { spec, metadata }: Delivery): Promise<Remote> {
  const secret = spec.credentials && (await client.find(Secret, spec.credentials.name, metadata.namespace))
  return remoteOf({ spec }, secret)
}

async function commitChanges(about: {
  delivery: Delivery
  entry: Entry
  before: Entry | undefined
  git: Git
  remote: Remote
  signal: AbortSignal
}): Promise<Signal[]> {
  const { delivery, entry, before, git, remote, signal } = about
  const folder = delivery.spec.path === '.' ? '' : delivery.spec.path
  const commits = await commitsBetween(about, folder)
  const records: ChangeRecord[] = []
  for (const commit of commits) {
    let files: ChangedFile[] = []
    let unread: string | undefined
    try {
      const from = commits.length === 1 ? before?.revision : commit.from
      files = await changedFiles({ git, remote, folder, from, to: commit.revision, signal })
    } catch (error) {
      // A repository that is away for now is asked again; one that has lost the commit still has its entry.
      if (!(error instanceof GitError) || error.retryable) throw error
      unread = error.message
    }
    if (files.length > 0 || commits.length === 1)
      records.push(
        ...recordsOf({ delivery, entry: { ...entry, ...commit }, before: commit.from, files, unread }),
      )
  }
  return records
}

interface Applied {
  revision: string
  author: string
  title: string
  /** The commit that it was made on, or that was applied before it. */
  from: string | undefined
  /** When it was committed, where that is known. */
  committedAt?: string
}

/**
 * What came with an applied revision, oldest first: all commits since the one that was applied before, since several may
 * come between two looks. Only the revision itself when its history does not reach back there.
 */
async function commitsBetween(
  { entry, before, git, remote, signal }: Parameters<typeof commitChanges>[0],
  folder: string,
): Promise<Applied[]> {
  const alone = [{ ...entry, from: before?.revision }]
  if (!before) return alone
  try {
    const history = await git.history(remote, entry.revision, folder, mostCommits, signal)
    const since = []
    for (const commit of history) {
      if (await git.contains(remote, before.revision, commit.revision, signal)) break
      since.push(commit)
    }
    if (since.length === mostCommits) return alone
    if (since.length < 2) return alone
    return since
      .map(({ revision, author, title, parents = [], at }) => ({
        ...{ revision, author, title, committedAt: at },
        from: parents[0],
      }))
      .reverse()
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    return alone
  }
}

/** Of more than this between two looks only the difference is told. */
const mostCommits = 50

function recordsOf(about: {
  delivery: Delivery
  entry: Entry & { committedAt?: string }
  before: string | undefined
  files: readonly ChangedFile[]
  unread: string | undefined
}): ChangeRecord[] {
  const { delivery, entry, before, files, unread } = about
  const areas = new Map<ChangeRecord['change'], ChangedFile[]>()
  for (const file of files) {
    const area = areaOf(file.path, objectsIn(delivery, file.path))
    areas.set(area, [...(areas.get(area) ?? []), file])
  }
  if (areas.size === 0) areas.set('code', [])
  return [...areas].map(([area, changed]) =>
    record(delivery, entry, { area, changed, before, unread, alone: areas.size === 1 }),
  )
}

const objectsIn = ({ status }: Delivery, path: string): { kind: string; name: string }[] =>
  (status?.inventory ?? []).filter(({ file }) => file === path)

/** Kinds whose objects are services by their own name. */
const served = new Set(['ModelRoute', 'Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'Service'])

/** The one service that objects are of; empty when that is not told, undefined when there are none. */
function serviceOf(objects: readonly { kind: string; name: string }[]): string | undefined {
  const names = new Set(objects.filter(({ kind }) => served.has(kind)).map(({ name }) => name))
  const [only, ...others] = names
  if (only !== undefined && others.length === 0) return only
  return objects.length === 0 ? undefined : ''
}

function record(
  delivery: Delivery,
  { revision, author, title, at, committedAt }: Entry & { committedAt?: string },
  part: {
    area: ChangeRecord['change']
    changed: readonly ChangedFile[]
    before: string | undefined
    unread: string | undefined
    /** Other areas of the commit are records of their own, so each needs its own identity. */
    alone: boolean
  },
): ChangeRecord {
  const { namespace, name } = delivery.metadata
  const objects = part.changed.flatMap(({ path }) => objectsIn(delivery, path))
  return {
    kind: 'change',
    resource: resource({ service: serviceOf(objects) ?? name, namespace }),
    at: Date.parse(at),
    change: part.area,
    id: part.alone ? revision : `${revision}/${part.area}`,
    ...(part.before !== undefined && { before: part.before }),
    author: cut(author, 256),
    message: message(title),
    reference: `Delivery/${namespace}/${name}`,
    ...(part.changed.length > 0 && { files: part.changed }),
    attributes: cleanAttributes({
      'git.commit': revision,
      'git.repository': delivery.spec.repository,
      'git.ref': delivery.spec.ref,
      'git.objects': objects
        .slice(0, 50)
        .map(object => `${object.kind}/${object.name}`)
        .join(', '),
      'git.unread': part.unread,
      'change.committed_at': committedAt,
    }),
  }
}

function refusal(delivery: Delivery, entry: Entry): EventRecord {
  const { namespace, name } = delivery.metadata
  return {
    kind: 'event',
    resource: resource({ service: name, namespace }),
    at: Date.parse(entry.at),
    source: 'delivery',
    reason: 'RevisionRefused',
    severity: 'error',
    message: message(`${entry.title}: ${entry.message ?? 'refused'}`),
    key: `delivery/${namespace}/${name}/${entry.revision}`,
    count: 1,
    attributes: cleanAttributes({ 'git.commit': entry.revision, 'git.author': entry.author }),
  }
}
