import type { Autonomy } from '../api/kinds/autonomy.ts'
import { parseDuration } from '../lib/duration.ts'
import type { RiskClass } from './risk.ts'

/** The namespace whose Autonomies hold everywhere. */
export const EVERYWHERE = 'keelway-system'

export type Mode = Autonomy['spec']['mode']
const modes: readonly Mode[] = ['observe', 'propose', 'approve', 'auto']

/** How far automation may go where a change reaches: the strictest of all Autonomies that hold there. */
export interface Effective {
  mode: Mode
  approvals: Readonly<Record<RiskClass, number>>
  /** Undefined: everybody who may write Proposals. */
  approvers: ReadonlySet<string> | undefined
  skills: ReadonlySet<string> | undefined
  reviewers: readonly Reviewer[]
  /** Why nothing is done at all, and which Autonomy says so. */
  paused: { reason: string; by: string } | undefined
  freezes: readonly { from: string; until: string; reason: string; by: string }[]
  limits: Readonly<Record<'open' | 'perHour' | 'mergesPerDay', number>>
  flapping: { changes: number; withinMs: number }
  expiresAfterMs: number
  /** `namespace/name` of those that were asked, sorted; empty when none is there and the defaults hold. */
  sources: string[]
}

export type Reviewer = NonNullable<Autonomy['spec']['reviewers']>[number]

/** What holds where nobody wrote an Autonomy: the defaults of the kind. */
const defaults: Omit<Effective, 'sources'> = {
  mode: 'approve',
  approvals: { low: 1, medium: 1, high: 2 },
  approvers: undefined,
  skills: undefined,
  reviewers: [],
  paused: undefined,
  freezes: [],
  limits: { open: 5, perHour: 6, mergesPerDay: 10 },
  flapping: { changes: 3, withinMs: 86_400_000 },
  expiresAfterMs: 86_400_000,
}

/** Those of the given namespaces and of `keelway-system` together: for each field the strictest counts. */
export function effective(all: readonly Autonomy[], namespaces: Iterable<string>): Effective {
  const wanted = new Set([...namespaces, EVERYWHERE])
  const found = all
    .filter(({ metadata }) => wanted.has(metadata.namespace ?? ''))
    .map(autonomy => ({ ...autonomy.spec, by: nameOf(autonomy) }))
    .sort((a, b) => (a.by < b.by ? -1 : 1))
  const sources = found.map(({ by }) => by)
  if (found.length === 0) return { ...defaults, sources }
  const least = (of: (spec: Autonomy['spec']) => number) => Math.min(...found.map(of))
  const most = (of: (spec: Autonomy['spec']) => number) => Math.max(...found.map(of))
  const paused = found.find(spec => spec.paused)
  return {
    mode: modes[least(({ mode }) => modes.indexOf(mode))] ?? 'observe',
    approvals: {
      low: most(({ approvals }) => approvals.low),
      medium: most(({ approvals }) => approvals.medium),
      high: most(({ approvals }) => approvals.high),
    },
    approvers: inAll(found.map(({ approvers }) => approvers)),
    skills: inAll(found.map(({ skills }) => skills)),
    reviewers: reviewersOf(found.flatMap(({ reviewers }) => (reviewers ? [reviewers] : []))),
    paused: paused?.paused && { reason: paused.paused.reason, by: paused.by },
    freezes: found.flatMap(({ freezes, by }) => freezes.map(freeze => ({ ...freeze, by }))),
    limits: {
      open: least(({ limits }) => limits.open),
      perHour: least(({ limits }) => limits.perHour),
      mergesPerDay: least(({ limits }) => limits.mergesPerDay),
    },
    flapping: {
      changes: least(({ flapping }) => flapping.changes),
      withinMs: most(({ flapping }) => parseDuration(flapping.within)),
    },
    expiresAfterMs: least(({ expiresAfter }) => parseDuration(expiresAfter)),
    sources,
  }
}

const nameOf = ({ metadata }: Autonomy): string => `${metadata.namespace}/${metadata.name}`

/** What every list that is there holds; undefined when none is. */
function inAll(lists: readonly (readonly string[] | undefined)[]): ReadonlySet<string> | undefined {
  const given = lists.filter(list => list !== undefined)
  const [first, ...rest] = given
  return first && new Set(first.filter(item => rest.every(list => list.includes(item))))
}

/** Those that every list names, but for a login or mail that would stand for two users. */
function reviewersOf(lists: readonly (readonly Reviewer[])[]): Reviewer[] {
  const [first = [], ...rest] = lists
  const same = (a: Reviewer, b: Reviewer) =>
    a.user === b.user && lower(a.login) === lower(b.login) && lower(a.mail) === lower(b.mail)
  const agreed = first.filter(reviewer => rest.every(list => list.some(other => same(reviewer, other))))
  return agreed.filter(
    ({ user, login, mail }) =>
      !agreed.some(
        other =>
          other.user !== user &&
          ((login !== undefined && lower(other.login) === lower(login)) ||
            (mail !== undefined && lower(other.mail) === lower(mail))),
      ),
  )
}

const lower = (text: string | undefined): string | undefined => text?.toLowerCase()

/** The user who has this login in the forge. */
export const userOfLogin = ({ reviewers }: Pick<Effective, 'reviewers'>, login: string): string | undefined =>
  reviewers.find(reviewer => lower(reviewer.login) === lower(login))?.user

/** All names of one person: the user, and the users that a login or mail of that name stands for. */
export function samePerson({ reviewers }: Pick<Effective, 'reviewers'>, a: string, b: string): boolean {
  const users = (name: string) =>
    new Set([
      lower(name),
      ...reviewers
        .filter(({ user, login, mail }) => [user, login, mail].some(known => lower(known) === lower(name)))
        .map(({ user }) => lower(user)),
    ])
  const others = users(b)
  return [...users(a)].some(name => others.has(name))
}

/** A freeze that holds now; one whose times are no times holds until it is mended. */
export const freezeAt = ({ freezes }: Effective, now: number): Effective['freezes'][number] | undefined =>
  freezes.find(({ from, until }) => !(now < Date.parse(from)) && !(now >= Date.parse(until)))
