import { digestOf, shortDigest } from '../../../lib/digest.ts'
import type { EventRecord, Resource } from '../../signals/signal.ts'
import { cut } from '../attributes.ts'
import type { ObjectReference } from '../kubernetes-owners.ts'
import { cleanAttributes, message } from '../plain-values.ts'

/** An event that stands in a text, before it is known which workload it belongs to. */
export interface PrintedEvent {
  about: ObjectReference
  record(resource: Resource): EventRecord
}

/** @param at when the text was printed, from which its ages are counted back */
export function printedEvent(
  about: ObjectReference,
  told: { type: string; reason: string; age: string; from?: string | undefined; message: string },
  at: number,
): PrintedEvent {
  const { last, count, first } = ageOf(told.age)
  const object = [about.kind, about.namespace, about.name].filter(Boolean).join('/')
  return {
    about,
    record: resource => ({
      kind: 'event',
      resource,
      at: at - last,
      source: 'kubernetes',
      reason: cut(told.reason, 256),
      severity: told.type === 'Warning' ? 'warning' : 'info',
      message: message(told.message),
      key: `kubernetes/${shortDigest(digestOf([object, told.type, told.reason, told.message].join('\n')), 24)}`,
      count,
      attributes: cleanAttributes({
        'k8s.object': object,
        'k8s.event.component': told.from,
        'k8s.event.first': first === undefined ? undefined : new Date(at - first).toISOString(),
      }),
    }),
  }
}

/** `10s`, or `33m (x3 over 43m)`. */
function ageOf(text: string): { last: number; count: number; first: number | undefined } {
  const repeated = /^(\S+) \(x(\d{1,9}) over (\S+)\)$/.exec(text)
  if (!repeated) return { last: ageMs(text), count: 1, first: undefined }
  return { last: ageMs(repeated[1] ?? ''), count: Number(repeated[2]), first: ageMs(repeated[3] ?? '') }
}

const units: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  y: 31_536_000_000,
}

/** Kubernetes' short durations, such as `2d3h`; unknown ones are now. */
export const ageMs = (text: string): number =>
  [...text.matchAll(/(\d{1,6})([smhdy])/g)].reduce(
    (sum, [, count, unit = 's']) => sum + Number(count) * (units[unit] ?? 0),
    0,
  )
