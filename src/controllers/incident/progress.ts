import type { Incident } from '../../api/kinds/incident.ts'

type Spec = Incident['spec']
type Status = NonNullable<Incident['status']>
type Entry = NonNullable<Status['timeline']>[number]
type What = Entry['what']

/** An incident closes when it was quiet for this long after its last symptom ended. */
export const quietMs = 15 * 60_000
const mostEntries = 200
/** Of a long timeline, how many of the first entries stay. */
const firstEntries = 20

/**
 * Brings the status of an incident in line with its symptoms and with what people decided, as of `now`; each change is
 * an entry of the timeline. Called again with the same it changes nothing.
 * @returns when time alone will change it, in milliseconds since the Unix epoch
 */
export function progress(spec: Spec, status: Status, now: number): number | undefined {
  const tell = teller(status, now)
  const first = status.phase === undefined
  if (first) {
    status.openedAt = text(now)
    status.reopened = 0
    status.severity = spec.severity
    status.phase = 'Open'
    tell('Opened', spec.title)
  }
  const back = status.phase === 'Closed' ? returned(spec, status) : []
  symptoms(spec, status, tell, first)
  if (status.severity !== spec.severity) {
    status.severity = spec.severity
    tell('Escalated', `severity is now ${spec.severity}: ${spec.title}`)
  }
  decisions(spec, status, tell, now)
  return phase(spec, status, { tell, now, back })
}

type Tell = (what: What, message: string) => void

/** Numbers go on although old entries are dropped. */
export const teller =
  (status: Status, now: number): Tell =>
  (what, message) => {
    const timeline = status.timeline ?? []
    const number = (timeline.at(-1)?.number ?? 0) + 1
    timeline.push({ number, at: text(now), what, message: message.slice(0, 1000) })
    if (timeline.length > mostEntries) timeline.splice(firstEntries, timeline.length - mostEntries)
    status.timeline = timeline
  }

/** What the timeline says of each symptom last is compared with what is. */
function symptoms(spec: Spec, status: Status, tell: Tell, first: boolean): void {
  const known = new Map((status.symptoms ?? []).map(({ key, going }) => [key, going]))
  spec.symptoms.forEach(({ key, reason, service, message, until }, i) => {
    const going = until === undefined
    const before = known.get(key)
    const name = service ? `${reason} of ${service}` : reason
    if (before !== true && going && !(first && i === 0)) tell('SymptomJoined', `${name}: ${message}`)
    else if (before === undefined && !going && !(first && i === 0))
      tell('SymptomJoined', `${name}, over: ${message}`)
    if (before === true && !going) tell('SymptomEnded', `${name} is over`)
  })
  status.symptoms = spec.symptoms.map(({ key, since, until }) => ({ key, since, going: until === undefined }))
}

function decisions(spec: Spec, status: Status, tell: Tell, now: number): void {
  const seen = status.decisionsSeen ?? 0
  for (const { action, reason, by = 'somebody' } of spec.decisions.slice(seen)) {
    if (status.phase === 'Closed') continue
    if (action === 'acknowledge') {
      status.acknowledgedBy = by
      tell('Acknowledged', `${by} is at it: ${reason}`)
    } else close(status, tell, now, `closed by ${by}: ${reason}`)
  }
  if (spec.decisions.length > seen) status.decisionsSeen = spec.decisions.length
}

/** Symptoms that go on and did not when this looked last: those that a person closed it with are none. */
function returned(spec: Spec, status: Status): Spec['symptoms'] {
  const known = new Map((status.symptoms ?? []).map(symptom => [symptom.key, symptom]))
  return spec.symptoms.filter(({ key, since, until }) => {
    const before = known.get(key)
    return until === undefined && !(before?.going && since <= before.since)
  })
}

function phase(
  spec: Spec,
  status: Status,
  { tell, now, back }: { tell: Tell; now: number; back: Spec['symptoms'] },
): number | undefined {
  const going = spec.symptoms.filter(({ until }) => until === undefined)
  if (status.phase === 'Closed') {
    if (back.length === 0) return undefined
    delete status.closedAt
    delete status.acknowledgedBy
    status.phase = 'Open'
    status.reopened = (status.reopened ?? 0) + 1
    tell('Reopened', `${back[0]?.reason} is back: ${back[0]?.message}`)
    return undefined
  }
  if (going.length > 0) {
    if (status.phase === 'Recovering') tell('Relapsed', `${going[0]?.reason}: ${going[0]?.message}`)
    status.phase = 'Open'
    return undefined
  }
  if (status.phase === 'Open') {
    status.phase = 'Recovering'
    tell('Recovering', 'all symptoms are over')
  }
  const last = Math.max(...spec.symptoms.map(({ until = '' }) => Date.parse(until)))
  if (now < last + quietMs) return last + quietMs
  close(status, tell, now, 'all symptoms have stayed over')
  return undefined
}

function close(status: Status, tell: Tell, now: number, message: string): void {
  status.phase = 'Closed'
  status.closedAt = text(now)
  tell('Closed', message)
}

const text = (at: number): string => new Date(at).toISOString()
