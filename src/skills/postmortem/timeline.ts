import type { Incident } from '../../api/kinds/incident.ts'
import type { LedgerEntry } from '../../ledger/ledger.ts'
import type { ChangeRecord } from '../../telemetry/signals/signal.ts'
import { plain, short } from '../drafts/words.ts'

export interface Moment {
  at: number
  what: string
}

const most = 60

/** What happened, oldest first: the incident's own timeline, changes of Git, and decisions of the ledger about it. */
export function timelineOf(
  incident: Incident,
  entries: readonly LedgerEntry[],
  changes: readonly ChangeRecord[],
): Moment[] {
  const own = (incident.status?.timeline ?? []).map(({ at, what, message }) => ({
    at: Date.parse(at),
    what: `${what}: ${plain(message, 300)}`,
  }))
  const symptoms =
    own.length > 0
      ? []
      : incident.spec.symptoms.map(({ since, reason, message }) => ({
          at: Date.parse(since),
          what: `${plain(reason, 80)}: ${plain(message, 300)}`,
        }))
  const decisions = incident.spec.decisions.map(({ at, action, by, reason }) => ({
    at: Date.parse(at ?? ''),
    what: `${plain(by ?? 'somebody', 80)} said ${action}: ${plain(reason, 300)}`,
  }))
  const recorded = entries.map(({ at, action, actor, subject }) => ({
    at: Date.parse(at),
    what: `${plain(action, 60)} of ${plain(subject, 160)} by ${plain(actor, 80)}`,
  }))
  const changed = changes.map(({ at, change, id, author, message, resource }) => ({
    at,
    what: `change of ${change}${resource.service === '' ? '' : ` in ${plain(resource.service, 80)}`}: ${plain(message, 160)} (${/^[0-9a-f]{40}/.test(id) ? short(id) : plain(id, 80)}${author === undefined ? '' : ` by ${plain(author, 80)}`})`,
  }))
  return [...own, ...symptoms, ...decisions, ...recorded, ...changed]
    .filter(({ at }) => Number.isFinite(at))
    .sort((a, b) => a.at - b.at || (a.what < b.what ? -1 : 1))
    .slice(0, most)
}

/** When it began, was told to people, was taken up and ended, as far as known. */
export interface Times {
  startedAt: number
  openedAt?: number
  acknowledgedAt?: number
  endedAt?: number
}

export function timesOf({ spec, status }: Incident): Times {
  const entry = (what: string) => {
    const found = status?.timeline?.find(one => one.what === what)
    return found === undefined ? Number.NaN : Date.parse(found.at)
  }
  const opened = Date.parse(status?.openedAt ?? '')
  const ended = [entry('Recovering'), Date.parse(status?.closedAt ?? '')].find(Number.isFinite) ?? Number.NaN
  return {
    startedAt: Date.parse(spec.startedAt),
    ...(Number.isFinite(opened) && { openedAt: opened }),
    ...(Number.isFinite(entry('Acknowledged')) && { acknowledgedAt: entry('Acknowledged') }),
    ...(Number.isFinite(ended) && { endedAt: ended }),
  }
}
