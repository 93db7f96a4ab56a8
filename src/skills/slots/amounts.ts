import { countOf, isNumberWord } from './lengths.ts'
import { overlaps, type Span, type Token } from './tokens.ts'

/** A number of a question. */
export interface Amount extends Span {
  kind: 'count' | 'quantity' | 'share'
  /** As Kubernetes writes it: `5`, `512Mi`, `250m`; of shares `20%`. */
  text: string
  value: number
  /** More or less by that much, not that much. */
  relative: boolean
}

/** Units of memory as people write them, with those of Kubernetes. */
const suffixes: Readonly<Record<string, string>> = {
  ...{ ki: 'Ki', mi: 'Mi', gi: 'Gi', ti: 'Ti', kib: 'Ki', mib: 'Mi', gib: 'Gi', tib: 'Ti' },
  ...{ kb: 'k', mb: 'M', gb: 'G', tb: 'T', g: 'G', millicores: 'm', millicore: 'm' },
  ...{ core: '', cores: '', cpu: '', cpus: '', vcpu: '', vcpus: '' },
}
const factors: Readonly<Record<string, number>> = {
  ...{ '': 1, m: 0.001, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
}
const counted = [
  ...[
    'replica',
    'replicas',
    'pod',
    'pods',
    'instance',
    'instances',
    'copy',
    'copies',
    'node',
    'nodes',
    'workers',
  ],
]
const relativeWords = ['more', 'fewer', 'less', 'additional', 'extra', 'another', 'by']

/**
 * Numbers that are no times: counts, quantities and shares, in the order they stand.
 * @param original the text in its own case, for `M` of `m`
 */
export function amountsIn(tokens: readonly Token[], original: string, taken: readonly Span[]): Amount[] {
  const found: Amount[] = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    if (!token || taken.some(span => overlaps(span, token))) continue
    const amount = amountAt(tokens, at, original.slice(token.start, token.end))
    if (amount) found.push(amount)
  }
  return found
}

function amountAt(tokens: readonly Token[], at: number, written: string): Amount | undefined {
  const [before, token, next] = [tokens[at - 1], tokens[at], tokens[at + 1]]
  if (!token) return undefined
  const near = [before?.text ?? '', next?.text ?? '']
  const place = {
    start: token.start,
    end: token.end,
    relative: near.some(word => relativeWords.includes(word)),
  }
  const measured = measuredAt(written, next, place)
  if (measured !== undefined) return measured === 'no number' ? undefined : measured
  const count = countOf(token.text)
  if (count === undefined) return undefined
  // A number in words may be none: "which one".
  const after = tokens.slice(at + 1, at + 4).map(({ text }) => text)
  if (isNumberWord(token.text) && before?.text !== 'to' && !after.some(word => counted.includes(word)))
    return undefined
  return { ...place, kind: 'count', text: String(count), value: count }
}

/** A number with a unit or a point; undefined when it is something else. */
function measuredAt(
  written: string,
  next: Token | undefined,
  place: Span & { relative: boolean },
): Amount | 'no number' | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)([a-zA-Z%]*)$/.exec(written)
  if (!match) return undefined
  const [, number = '', unit = ''] = match
  if (unit === '%' || (unit === '' && next?.text === 'percent'))
    return { ...place, kind: 'share', text: `${number}%`, value: Number(number) / 100 }
  const suffix = suffixOf(unit === '' ? (next?.text ?? '') : unit, unit === '')
  if (suffix !== undefined) {
    const end = unit === '' && next ? next.end : place.end
    return {
      ...place,
      end,
      kind: 'quantity',
      text: `${number}${suffix}`,
      value: Number(number) * (factors[suffix] ?? 1),
    }
  }
  if (unit !== '') return 'no number'
  return number.includes('.')
    ? { ...place, kind: 'quantity', text: number, value: Number(number) }
    : undefined
}

function suffixOf(unit: string, apart: boolean): string | undefined {
  if (!apart && Object.hasOwn(factors, unit) && unit !== '') return unit
  const lower = unit.toLowerCase()
  return Object.hasOwn(suffixes, lower) && !(apart && lower.length < 2) ? suffixes[lower] : undefined
}
