import { Secret } from '../../api/kinds/core.ts'
import { Incident } from '../../api/kinds/incident.ts'
import { NotificationChannel } from '../../api/kinds/notification-channel.ts'
import { backoffMs } from '../../lib/backoff.ts'
import type { Random } from '../../lib/random.ts'
import {
  type Context,
  type Draft,
  type Reconciler,
  ready,
  requeueIn,
  Stalled,
  Waiting,
} from '../runtime/reconciler.ts'
import { usersOf } from '../runtime/users-of.ts'
import { destinationOf } from './destination.ts'
import { messageOf } from './message.ts'
import { dueOf, forbiddenNamespaces, newsMs, type Pending, pendingOf } from './pending.ts'
import { type Post, type Sender, SendFailed, type SendMail } from './sender.ts'

export interface NotificationDependencies {
  senders: readonly Sender[]
  post: Post
  mail: SendMail
  random: Random
}

/** How soon those that wait are looked at again. */
const lookMs = 15_000
const mostTold = 1000
const longestWaitMs = 300_000
type Told = NonNullable<NonNullable<NotificationChannel['status']>['told']>

/**
 * Tells people what happens to Incidents: each entry of a timeline once a channel, what comes together in one message.
 * What was told stands in the channel's status. A crash between sending and writing sends a message again, with its id.
 */
export function notificationChannelReconciler(
  dependencies: NotificationDependencies,
): Reconciler<typeof NotificationChannel> {
  /** What this process sent, since a status write can fail. */
  const sent = new Map<string, Map<string, number>>()
  const everyChannel = (_: unknown, { informer }: Pick<Context, 'informer'>) =>
    informer(NotificationChannel)
      .list()
      .map(({ metadata }) => metadata)

  return {
    name: 'notification-channel',
    kind: NotificationChannel,
    concurrency: 8,
    watches: [
      { kind: Incident, wakes: everyChannel },
      {
        kind: Secret,
        wakes: usersOf(NotificationChannel, ({ spec }) => [spec.key?.name, spec.endpointFrom?.name]),
      },
    ],
    async reconcile(channel, context) {
      const { metadata, spec, status } = channel
      const now = context.clock.now()
      const sender = dependencies.senders.find(({ type }) => type === spec.type)
      if (!sender) throw new Stalled('UnknownType', `there is no sender of type ${spec.type}`)
      const memory = sent.get(metadata.uid ?? '') ?? new Map<string, number>()
      sent.set(metadata.uid ?? '', memory)
      const incidents = context.informer(Incident).list()
      status.told = remembered(status.told ?? [], memory, incidents, now)
      const numbers = new Map(status.told.map(({ uid, number }) => [uid, number]))
      const pending = pendingOf(channel, incidents, uid => numbers.get(uid) ?? 0, now)
      if (spec.suspend) {
        note(channel, pending, now)
        return ready('Suspended', 'nothing is told')
      }
      check(channel, now)
      const destination = destinationOf(channel, sender, context)
      // Where each incident is a message of its own, receivers group them.
      const all = dueOf(channel, pending, now, sender.together > 1)
      const due = all.slice(0, sender.together)
      if (due.length === 0) return rest(channel, { more: false, waiting: pending.length })
      holdBack(channel, now)
      try {
        const { post, mail } = dependencies
        await sender.send(messageOf(channel, due), destination, { post, mail, now, signal: context.signal })
      } catch (error) {
        throw failed(channel, error, now, dependencies.random)
      }
      for (const { incident, entries } of due)
        memory.set(incident.metadata.uid ?? '', entries.at(-1)?.number ?? 0)
      note(channel, due, now)
      status.sent = (status.sent ?? 0) + 1
      status.lastSentAt = new Date(now).toISOString()
      delete status.failures
      delete status.retryAt
      delete status.lastError
      return rest(channel, { more: all.length > due.length, waiting: pending.length - due.length })
    },
  }
}

function rest({ status }: Draft<NotificationChannel>, { more, waiting }: { more: boolean; waiting: number }) {
  const sent = status.sent ?? 0
  const wait = waiting === 0 ? '' : `, ${waiting} ${waiting === 1 ? 'incident waits' : 'incidents wait'}`
  const outcome = ready('Reachable', `${sent} ${sent === 1 ? 'message' : 'messages'} sent${wait}`)
  if (more) return requeueIn(100, outcome)
  return waiting > 0 ? requeueIn(lookMs, outcome) : outcome
}

/** Entries that can not come up again are forgotten. */
function remembered(
  told: Told,
  memory: Map<string, number>,
  incidents: readonly Incident[],
  now: number,
): Told {
  const known = new Map(told.map(entry => [entry.uid, entry]))
  const kept: Told = []
  const present = new Set<string>()
  for (const { metadata, status } of incidents) {
    const { uid = '', namespace, name } = metadata
    present.add(uid)
    if (!(Date.parse(status?.timeline?.at(-1)?.at ?? '') >= now - newsMs)) continue
    const entry = known.get(uid)
    const number = Math.max(entry?.number ?? 0, memory.get(uid) ?? 0)
    if (number > 0)
      kept.push({ incident: `${namespace}/${name}`, uid, at: new Date(now).toISOString(), ...entry, number })
  }
  for (const uid of memory.keys()) if (!present.has(uid)) memory.delete(uid)
  return kept.sort(byTime)
}

const byTime = (a: Told[number], b: Told[number]): number =>
  a.at < b.at ? -1 : a.at > b.at ? 1 : a.uid < b.uid ? -1 : 1

function note({ status }: Draft<NotificationChannel>, pending: readonly Pending[], now: number): void {
  const told = new Map((status.told ?? []).map(entry => [entry.uid, entry]))
  for (const { incident, entries } of pending) {
    const { uid = '', namespace, name } = incident.metadata
    const number = entries.at(-1)?.number ?? 0
    told.set(uid, { incident: `${namespace}/${name}`, uid, number, at: new Date(now).toISOString() })
  }
  status.told = [...told.values()].sort(byTime).slice(-mostTold)
}

/** @throws Stalled for what the schema can not say */
function check(channel: NotificationChannel, now: number): void {
  const [forbidden] = forbiddenNamespaces(channel)
  if (forbidden !== undefined)
    throw new Stalled(
      'NotAllowed',
      `spec.namespaces names ${forbidden}: only channels of namespace default may tell of other namespaces`,
    )
  try {
    dueOf(channel, [], now, true)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Stalled('BadTimeZone', `spec.quietHours.timeZone: ${error.message}`, { cause: error })
  }
}

/** Waits out what a failed try asked for, unless the channel was changed since. */
function holdBack({ metadata, status }: Draft<NotificationChannel>, now: number): void {
  const left = Date.parse(status.retryAt ?? '') - now
  if (left > 0 && status.observedGeneration === metadata.generation)
    throw new Waiting('SendFailed', status.lastError ?? 'the last try failed', left)
}

function failed(
  { status }: Draft<NotificationChannel>,
  error: unknown,
  now: number,
  random: Random,
): unknown {
  if (!(error instanceof SendFailed)) return error
  const failures = (status.failures ?? 0) + 1
  const wait = Math.max(
    error.retryAfterMs,
    backoffMs(failures, random, { baseMs: 5000, maxMs: longestWaitMs }),
  )
  status.failures = failures
  status.lastError = error.message
  status.retryAt = new Date(now + wait).toISOString()
  // What was refused may be taken after a person changed something elsewhere, so it is tried on, seldom.
  return new Waiting(
    error.retryable ? 'SendFailed' : 'Refused',
    error.message,
    error.retryable ? wait : longestWaitMs,
  )
}
