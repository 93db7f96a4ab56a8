import type { Kind, Resource } from '../api/kind.ts'
import type { Client } from '../client/client.ts'
import type { Git } from '../git/git.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Clock } from '../lib/clock.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { PermissionError, type Permissions, permissionName, permissionsOf } from './permission.ts'
import { repositoryReader } from './repository-reader.ts'
import type { ObjectReader, Skill, SkillContext } from './skill.ts'

/** What skills look at. */
export interface SkillSystem {
  client: Client
  signals: SkillContext['signals']
  telemetry: Pick<Telemetry, 'units' | 'calls'>
  git: Git
  ledger: Pick<Ledger, 'list'>
  clock: Clock
  /** Given the namespace that was asked for. */
  diagnose(
    of: Parameters<SkillContext['diagnose']>[0],
    namespace: string,
    signal: AbortSignal,
  ): ReturnType<SkillContext['diagnose']>
}

export interface SkillRun {
  skill: Pick<Skill, 'name' | 'permissions'>
  /** Namespace it was asked for. */
  namespace: string
  signal: AbortSignal
  step?: (what: string) => void
  /** Whether who asked may read objects of a namespace; undefined of cluster-scoped ones. Without it all. */
  mayRead?: (namespace: string | undefined) => boolean
}

const ledgerEntries = 1000

/**
 * What one run of a skill may read: nothing but what it declares. One run sees one state of a repository.
 */
export function createSkillContext(run: SkillRun, system: SkillSystem): SkillContext {
  const allowed = permissionsOf(run.skill)
  const { namespace, signal } = run
  const { client, git, telemetry, ledger } = system
  const repository = repositoryReader({ client, git, namespace, signal })
  return {
    now: system.clock.now(),
    namespace,
    signal,
    objects: objectReader(run, allowed, client),
    signals: guarded(system.signals, () => allowed.reads('signals')),
    calls: {
      units: async query => {
        allowed.reads('calls')
        return telemetry.units(query)
      },
      calls: async query => {
        allowed.reads('calls')
        return telemetry.calls({ ...query, namespace: query.namespace ?? namespace })
      },
    },
    repository: guarded(repository, () => allowed.reads('repository')),
    ledger: async query => {
      allowed.reads('ledger')
      return ledger.list({ ...query, limit: ledgerEntries })
    },
    diagnose: async of => {
      allowed.reads('diagnosis')
      return system.diagnose(of, namespace, signal)
    },
    step: what => run.step?.(what),
  }
}

function objectReader(run: SkillRun, allowed: Permissions, client: Client): ObjectReader {
  const check = (kind: string, namespace: string | undefined) => {
    allowed.objects(kind)
    if (run.mayRead && !run.mayRead(namespace))
      throw new PermissionError(
        `skill ${run.skill.name} reads ${kind} of ${namespace ?? 'the cluster'}, which whoever asked may not`,
      )
  }
  const placeOf = (kind: Pick<Kind, 'scope'>, namespace: string | undefined) =>
    kind.scope === 'Cluster' ? undefined : (namespace ?? run.namespace)
  return {
    find: async (kind, name, namespace) => {
      const place = placeOf(kind, namespace)
      check(permissionName(kind), place)
      return client.find(kind, name, place)
    },
    list: async (kind, namespace) => {
      const place = placeOf(kind, namespace)
      check(permissionName(kind), place)
      return (await client.list(kind, place === undefined ? {} : { namespace: place })).items
    },
    findNamed: async (apiVersion, kind, name, namespace): Promise<Resource | undefined> => {
      allowed.objects(`${apiVersion}/${kind}`)
      const location = await client.dynamic.locate(apiVersion, kind)
      if (!location) return undefined
      const place = location.namespaced ? (namespace ?? run.namespace) : undefined
      check(`${apiVersion}/${kind}`, place)
      return client.dynamic.find(location, name, place)
    },
  }
}

/** The same methods, each asking first. */
function guarded<T extends object>(target: T, ask: () => void): T {
  return new Proxy(target, {
    get: (_, name) => {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function' || writing.has(name)) return undefined
      return async (...parameters: unknown[]) => {
        ask()
        return Reflect.apply(method, target, parameters)
      }
    },
  })
}

/** The store may be handed over whole; a skill never writes to it. */
const writing: ReadonlySet<string | symbol> = new Set(['append', 'maintain', 'export', 'close', 'then'])
