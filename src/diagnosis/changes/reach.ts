import type { ChangeRecord } from '../../telemetry/signals/signal.ts'
import { bareName } from './symptoms/words.ts'

/** How a change came to production. */
export interface Arrival {
  /** Milliseconds since the epoch. */
  at: number
  /** What was deployed with it; empty when nothing tells it. */
  service: string
  /** The deploy that brought it, when it is not its own. */
  by?: ChangeRecord
  /** It belongs to no service: what was deployed may not even use it. */
  shared?: true
}

/** When and where a change took effect. */
export interface Arrived {
  arrival: Arrival
  /** How near that is to what suffers, 0 to 1. */
  place: number
  /** Where it arrived calls what suffers. */
  calls: boolean
  /** How well the time fits, 0 to 1. */
  time: number
}

const committedAt = 'change.committed_at'
const most = { arrivals: 200 } as const

/** Whether the time of the change is the time when it took effect. */
export const tookEffect = (change: ChangeRecord): boolean =>
  change.attributes[committedAt] !== undefined || change.change !== 'code' || change.reference !== undefined

/** Flags and the like take effect without bringing any code. */
const isDeploy = ({ change, attributes }: ChangeRecord): boolean =>
  change === 'deploy' || ((change === 'code' || change === 'config') && attributes[committedAt] !== undefined)

/** When it was written, as far as that is told. */
export function writtenAt(change: ChangeRecord): number {
  const told = change.attributes[committedAt]
  const at = typeof told === 'string' ? Date.parse(told) : Number.NaN
  return Number.isNaN(at) ? change.at : Math.min(at, change.at)
}

/**
 * When and with what a change reached production: by its own deploy, and by the next deploys of other services that have
 * its files in them (libraries). Where nobody recorded a deploy, the time of the change is all there is. Empty: it was
 * written and never deployed.
 */
export function arrivalsOf(
  change: ChangeRecord,
  changes: readonly ChangeRecord[],
  services: readonly string[],
): Arrival[] {
  const recorded = changes.some(isDeploy)
  if (!recorded) return [{ at: change.at, service: change.resource.service }]
  const own = tookEffect(change)
    ? [{ at: change.at, service: change.resource.service }, ...furtherDeploys(change)]
    : []
  if (change.change !== 'code' && change.change !== 'config') return own
  const homes = homesOf(change, services)
  const written = writtenAt(change)
  const seen = new Set(own.map(({ service }) => service))
  const later: Arrival[] = []
  for (const deploy of [...changes].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))) {
    const { service } = deploy.resource
    if (!isDeploy(deploy) || deploy === change || deploy.at < written || service === '' || seen.has(service))
      continue
    if (homes.length > 0 && !homes.includes(service)) continue
    seen.add(service)
    later.push({ at: deploy.at, service, by: deploy, ...(homes.length === 0 && { shared: true }) })
    if (later.length === most.arrivals) break
  }
  return [...own, ...later]
}

/** Deploys of the same commit to several places. */
function furtherDeploys({ attributes }: ChangeRecord): Arrival[] {
  const told = attributes['change.deploys']
  if (typeof told !== 'string') return []
  try {
    const list: unknown = JSON.parse(told)
    if (!Array.isArray(list)) return []
    return list.slice(0, most.arrivals).flatMap((entry: Record<string, unknown> | null) => {
      const at = Date.parse(String(entry?.deployedAt ?? entry?.deployed_at ?? entry?.at ?? ''))
      return Number.isNaN(at) ? [] : [{ at, service: String(entry?.service ?? '') }]
    })
  } catch {
    // Cut where it was too long: the first deploy is known all the same.
    return []
  }
}

/** Services in whose folder the change is; empty when it is in none's, as libraries are. */
export function homesOf(change: ChangeRecord, services: readonly string[]): string[] {
  const names = services
    .map(service => ({ service, bare: bareName(service) }))
    .filter(({ bare }) => bare.length >= 3)
  const homes = new Set<string>()
  for (const { path } of (change.files ?? []).slice(0, 200)) {
    const folders = path.split('/').slice(0, -1).map(bareName)
    const placed = /^(services?|apps?|cmd|charts?|deploy|k8s|manifests)$/
    const folder =
      folders.find((_, index) => index > 0 && placed.test(path.split('/')[index - 1] ?? '')) ?? ''
    const found = names.filter(({ bare }) => folders.includes(bare) || near(folder, bare))
    if (found.length > 0) for (const { service } of found) homes.add(service)
    else if (folder !== '' && !/^(pkg|lib|libs|internal|shared|platform|core)$/.test(folder))
      homes.add(`/${folder}`)
    else return []
  }
  return [...homes].sort()
}

/** `services/payments` holds `payment-gateway`, as far as names tell. */
const near = (folder: string, bare: string): boolean =>
  folder.length >= 4 && bare.length >= 4 && (bare.startsWith(folder) || folder.startsWith(bare))
