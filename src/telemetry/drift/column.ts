import { chiSquared, countBoth, jensenShannon, shareTest } from './categorical.ts'
import { kolmogorovSmirnov, median, wasserstein } from './numeric.ts'
import { domainClassifier } from './text.ts'

/** Undefined where a row has no such column. */
export type Value = string | number | undefined

export type ColumnType = 'numeric' | 'categorical' | 'text' | 'constant'

export interface ColumnResult {
  name: string
  type: ColumnType
  test: string
  effect: number
  /** Absent when there is nothing to test. */
  p?: number
  message: string
}

/** Up to so many rows of reference the p-value of a test is told; beyond, everything is significant, and a distance is. */
const fewRows = 1000
/** Numbers with so few values are categories. */
const fewValues = 5

/**
 * Compares one column of two samples: the type is that of the reference, the test goes by type and size of the
 * reference (defaults of Evidently). Chance is ruled out at any size, so that a distance between small samples, which
 * is never 0, is no change either.
 * @returns undefined when one side has no value, or every value is another (names of things)
 */
export function compareColumn(
  name: string,
  reference: readonly Value[],
  current: readonly Value[],
): ColumnResult | undefined {
  const [before, now] = [reference.filter(isPresent), current.filter(isPresent)]
  if (before.length === 0 || now.length === 0) return undefined
  const type = typeOf(before)
  switch (type) {
    case 'constant':
      return { name, type, ...domainChange(before, now) }
    case 'numeric':
      return { name, type, ...numericChange(before.map(Number), now.map(Number).filter(Number.isFinite)) }
    case 'categorical':
      return { name, type, ...categoricalChange(before.map(String), now.map(String)) }
    case 'text': {
      const { effect, p } = domainClassifier(before.map(String), now.map(String))
      const auc = ((effect + 1) / 2).toFixed(2)
      return {
        name,
        type,
        test: 'domain-classifier',
        effect,
        p,
        message: `words tell new from usual with AUC ${auc}`,
      }
    }
    default:
      return undefined
  }
}

/** Whether rows lack the column more or less often; undefined when none lacks it. */
export function comparePresence(
  name: string,
  reference: readonly Value[],
  current: readonly Value[],
): ColumnResult | undefined {
  const there = (values: readonly Value[]) => values.map(value => (isPresent(value) ? 'there' : 'missing'))
  const [before, now] = [there(reference), there(current)]
  if (!before.includes('missing') && !now.includes('missing')) return undefined
  return { name: `${name} missing`, type: 'categorical', ...categoricalChange(before, now) }
}

const isPresent = (value: Value): value is string | number =>
  value !== undefined && value !== '' && !Number.isNaN(value)

function typeOf(values: readonly (string | number)[]): ColumnType | 'names' {
  const distinct = new Set(values.map(String)).size
  if (distinct === 1) return 'constant'
  if (values.every(value => Number.isFinite(Number(value))))
    return distinct > fewValues ? 'numeric' : 'categorical'
  const words = median(values.map(value => String(value).trim().split(/\s+/).length))
  if (words >= 4 && distinct > 20) return 'text'
  return distinct <= Math.max(fewValues, values.length / 2) ? 'categorical' : 'names'
}

type Change = Pick<ColumnResult, 'test' | 'effect' | 'p' | 'message'>

function numericChange(before: number[], now: number[]): Change {
  if (now.length === 0)
    return { test: 'domain', effect: 1, p: 0, message: 'numbers before, and none of the new values is one' }
  const { effect, p } = kolmogorovSmirnov(before, now)
  const message = `median ${figure(median(before))} before, ${figure(median(now))} now`
  return before.length <= fewRows
    ? { test: 'kolmogorov-smirnov', effect, p, message }
    : { test: 'wasserstein', effect: wasserstein(before, now), p, message }
}

function categoricalChange(before: string[], now: string[]): Change {
  const counts = countBoth(before, now)
  const effect = jensenShannon(counts.values())
  const share = (of: number, all: readonly string[]) => of / all.length
  const [most] = [...counts].sort(([, a], [, b]) => change(b) - change(a))
  function change({ reference, current }: { reference: number; current: number }): number {
    return Math.abs(share(current, now) - share(reference, before))
  }
  const [value = '', { reference, current } = { reference: 0, current: 0 }] = most ?? []
  const message = `"${cut(value)}" ${percent(share(reference, before))} before, ${percent(share(current, now))} now`
  const p =
    counts.size <= 2
      ? shareTest({ count: reference, of: before.length }, { count: current, of: now.length })
      : chiSquared(counts.values())
  const test = before.length > fewRows ? 'jensen-shannon' : counts.size <= 2 ? 'z' : 'chi-squared'
  return { test, effect, p, message }
}

/** What was always one value and is not: a change of domain that no distance can measure. */
function domainChange(before: readonly (string | number)[], now: readonly (string | number)[]): Change {
  const usual = String(before[0])
  const others = now.filter(value => String(value) !== usual).length
  // All others by chance in the new sample: drawing them from both without putting back.
  let p = 1
  for (let i = 0; i < others; i++) p *= (now.length - i) / (before.length + now.length - i)
  const effect = others / now.length
  return {
    test: 'domain',
    effect,
    p,
    message: `always "${cut(usual)}" before, another value in ${percent(effect)} now`,
  }
}

const cut = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text)
const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`
const figure = (value: number): string => `${Number(value.toPrecision(3))}`
