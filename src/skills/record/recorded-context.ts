import { permissionName } from '../permission.ts'
import type { SkillContext } from '../skill.ts'
import type { Tape } from './tape.ts'

export interface RecordedRun {
  now: number
  namespace: string
  signal: AbortSignal
  step(what: string): void
}

/**
 * A context whose every read goes over a tape.
 * @param inner makes what reads for real; not called when a record answers
 */
export function recordedContext(tape: Tape, run: RecordedRun, inner: () => SkillContext): SkillContext {
  let made: SkillContext | undefined
  const real = (): SkillContext => {
    made ??= inner()
    return made
  }
  return {
    ...run,
    objects: {
      find: (kind, name, namespace) =>
        tape.take('objects.find', [permissionName(kind), name, namespace], () =>
          real().objects.find(kind, name, namespace),
        ),
      list: (kind, namespace) =>
        tape.take('objects.list', [permissionName(kind), namespace], () =>
          real().objects.list(kind, namespace),
        ),
      findNamed: (apiVersion, kind, name, namespace) =>
        tape.take('objects.findNamed', [apiVersion, kind, name, namespace], () =>
          real().objects.findNamed(apiVersion, kind, name, namespace),
        ),
    },
    signals: taped(tape, 'signals', () => real().signals),
    calls: taped(tape, 'calls', () => real().calls),
    repository: taped(tape, 'repository', () => real().repository),
    ledger: query => tape.take('ledger', [query], () => real().ledger(query)),
    diagnose: of => tape.take('diagnosis', [of], () => real().diagnose(of)),
  }
}

/** Every method of an object, over the tape. */
function taped<T extends object>(tape: Tape, name: string, real: () => T): T {
  // Only methods are read of these; what they are called with is JSON.
  return new Proxy({} as T, {
    get: (_, method) => {
      if (typeof method !== 'string' || method === 'then') return undefined
      return (...asked: unknown[]) =>
        tape.take(`${name}.${method}`, asked, async () => {
          const call: unknown = Reflect.get(real(), method)
          if (typeof call !== 'function') throw new TypeError(`${name} has no method ${method}`)
          return Reflect.apply(call, real(), asked)
        })
    },
  })
}
