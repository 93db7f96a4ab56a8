import type { Declared } from '../drafts/declared.ts'
import { nearest } from '../drafts/nearest.ts'
import { nameOf } from '../drafts/object-name.ts'
import { isObject, pointer, valueAt } from '../drafts/pointer.ts'
import { plain } from '../drafts/words.ts'
import type { KnownObjects } from './known-objects.ts'
import type { Misfit } from './misfit.ts'
import { type Reference, referencesOf } from './references.ts'

/** References to objects that are not there, and to keys that their ConfigMap lacks. */
export async function wrongNames(of: Declared, known: KnownObjects): Promise<Misfit[]> {
  const misfits: Misfit[] = []
  for (const reference of referencesOf(of.object)) {
    const { namespace } = of.reference
    const there = await known.exists(reference.kind, reference.name, namespace)
    if (there) misfits.push(...wrongKey(of, reference, known))
    else if (!reference.optional && (there === false || nearOne(reference, known, namespace)))
      misfits.push(wrongName(of, reference, known))
  }
  return misfits
}

/** Of kinds that nobody can be sure of, only a name that looks like a slip of one that is there. */
const nearOne = ({ kind, name }: Reference, known: KnownObjects, namespace: string | undefined): boolean => {
  const found = nearest(name, known.names(kind, namespace))
  return found !== undefined && 'name' in found
}

export function wrongName(of: Declared, { path, kind, name }: Reference, known: KnownObjects): Misfit {
  const { namespace } = of.reference
  const what = `${nameOf(of.reference)} names ${kind} ${plain(name, 80)}, which is not there`
  const found = nearest(name, known.names(kind, namespace))
  if (found && 'name' in found)
    return {
      of,
      path,
      seen: name,
      what,
      remedy: { value: found.name, why: `${kind} ${found.name} is the nearest name that is there` },
    }
  const unclear = found
    ? `${found.between
        .slice(0, 5)
        .map(one => plain(one, 80))
        .join(' and ')} are as near`
    : `no ${kind} of a like name is declared in its namespace`
  return { of, path, seen: name, what, unclear }
}

/** Keys that a ConfigMap in Git does not have. */
function wrongKey(of: Declared, { path, kind, name }: Reference, known: KnownObjects): Misfit[] {
  if (kind !== 'ConfigMap' || !path.endsWith('/configMapKeyRef/name')) return []
  const map = known.find(kind, name, of.reference.namespace)
  const place = path.slice(0, -'/name'.length)
  const key = valueAt(of.object, pointer(...place.slice(1).split('/'), 'key'))
  if (!map || typeof key !== 'string' || valueAt(of.object, `${place}/optional`) === true) return []
  const data = valueAt(map.object, '/data')
  const binary = valueAt(map.object, '/binaryData')
  const keys = [data, binary].flatMap(part => (isObject(part) ? Object.keys(part) : []))
  if (keys.includes(key)) return []
  const found = nearest(key, keys)
  const what = `${nameOf(of.reference)} asks for key ${plain(key, 80)} of ConfigMap ${name}, which it lacks`
  return [
    found && 'name' in found
      ? {
          of,
          path: `${place}/key`,
          seen: key,
          what,
          remedy: { value: found.name, why: `${found.name} is the nearest key that it has` },
        }
      : {
          of,
          path: `${place}/key`,
          seen: key,
          what,
          unclear: `it has ${
            keys
              .slice(0, 8)
              .map(one => plain(one, 60))
              .join(', ') || 'no keys'
          }`,
        },
  ]
}
