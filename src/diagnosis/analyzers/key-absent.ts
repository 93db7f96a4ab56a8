import type { AnyObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { nearest, thereIs } from './labels.ts'
import { type Reference, referencesOf } from './references.ts'
import { replaced, templateRemedy } from './remedies.ts'
import { seenOf } from './seen.ts'
import type { View, Workload } from './view.ts'
import { called, fieldOf, quoted, sentences } from './wording.ts'

/** A pod template asks for a key that the ConfigMap or Secret does not have. */
export const keyAbsent: Analyzer = {
  name: 'key-absent',
  finds: 'A variable or volume asks for a key that its ConfigMap or Secret does not have.',
  unless: 'The reference is optional, the keys are not known, or pods of the workload run well.',
  rules: ['key-absent'],
  *look(view) {
    for (const workload of view.workloads)
      for (const reference of referencesOf(workload)) {
        const { kind, name, optional, keys } = reference
        if (optional || (kind !== 'ConfigMap' && kind !== 'Secret')) continue
        const object = view.cluster.get(kind, workload.namespace, name)
        const there = object && keysOf(object)
        if (!object || !there) continue
        for (const key of keys.filter(one => !there.includes(one)))
          yield absent(view, workload, reference, object, key, there)
      }
  },
}

function absent(
  view: View,
  workload: Workload,
  { kind, name, use, said, path }: Reference,
  object: AnyObject,
  key: string,
  there: readonly string[],
): Suspicion {
  const near = nearest(key, there)
  const seen = seenOf(view, workload, /couldn't find key|references non-existent (config|secret) key/)
  return {
    rule: 'key-absent',
    object: workload,
    class: 'reference',
    statement: sentences(
      `${called(workload)} asks for key ${quoted(key)} of ${kind} ${quoted(name)}, but this key is missing (does not exist) there: ${said}`,
      `In ${kind} ${quoted(name)} ${thereIs('key', key, there)}`,
      use === 'env'
        ? 'The container cannot start (CreateContainerConfigError)'
        : 'Its pods stay in ContainerCreating (FailedMount)',
      seen?.text,
    ),
    strength: seen ? strengths.told : strengths.broken,
    observed: seen !== undefined,
    evidence: [
      fieldOf(workload.object, path, `key ${key} of ${kind} ${name}`),
      {
        source: object.file,
        detail: `${called(object)} has keys ${there.slice(0, 10).join(', ') || 'none'}`,
      },
      ...(seen?.evidence ?? []),
    ],
    explains: workload.pods,
    ...(near !== undefined &&
      use === 'env' &&
      templateRemedy(
        'fix-reference',
        workload,
        replaced(path.replace(/name$/, 'key'), key, near),
        `Ask for key ${near}, which exists, instead of ${key}.`,
      )),
  }
}

function keysOf(object: {
  data?: readonly string[] | undefined
  stringData?: readonly string[] | undefined
  binaryData?: readonly string[] | undefined
}): string[] | undefined {
  const { data, stringData, binaryData } = object
  if (!data && !stringData && !binaryData) return undefined
  return [...new Set([...(data ?? []), ...(stringData ?? []), ...(binaryData ?? [])])].sort()
}
