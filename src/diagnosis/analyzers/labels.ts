import type { LabelSelector } from '../cluster/pod.ts'
import { quoted } from './wording.ts'

export type Labels = ReadonlyMap<string, string>

/** Whether a selector takes these labels; an empty one takes all. An operator that is not known takes nothing. */
export const selects = (selector: LabelSelector, labels: Labels): boolean =>
  [...selector.matchLabels].every(([key, value]) => labels.get(key) === value) &&
  selector.matchExpressions.every(({ key = '', operator, values }) => {
    const value = labels.get(key)
    if (operator === 'In') return value !== undefined && values.includes(value)
    if (operator === 'NotIn') return value === undefined || !values.includes(value)
    if (operator === 'Exists') return value !== undefined
    return operator === 'DoesNotExist' && value === undefined
  })

export const isEmpty = (selector: LabelSelector): boolean =>
  selector.matchLabels.size === 0 && selector.matchExpressions.length === 0

/** A Service's plain selector in the form of the others. */
export const selectorOf = (labels: Labels): LabelSelector => ({
  matchLabels: new Map(labels),
  matchExpressions: [],
})

export const labelsText = (labels: Labels): string =>
  labels.size === 0
    ? 'no labels'
    : [...labels]
        .slice(0, 8)
        .map(([key, value]) => `${key}=${value}`)
        .join(', ')

export const selectorText = ({ matchLabels, matchExpressions }: LabelSelector): string =>
  [
    ...[...matchLabels].map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values }) => `${key} ${operator} ${values.join('|')}`.trim()),
  ]
    .slice(0, 8)
    .join(', ')

/** What of a selector these labels do not have, in words. */
export const differences = (selector: LabelSelector, labels: Labels): string[] =>
  [...selector.matchLabels].flatMap(([key, value]) => {
    const found = labels.get(key)
    if (found === value) return []
    return [
      found === undefined
        ? `label ${key}=${value} is not on it`
        : `it wants ${key}=${value} and finds ${key}=${found}`,
    ]
  })

/** Share of a selector's labels that are there with that value, those with another value counted a little. */
export const likeness = (selector: LabelSelector, labels: Labels): number => {
  const wanted = [...selector.matchLabels]
  if (wanted.length === 0) return 0
  const score = wanted.reduce((sum, [key, value]) => {
    const found = labels.get(key)
    if (found === value) return sum + 1
    return sum + (found !== undefined && alike(found, value) ? 0.5 : 0)
  }, 0)
  return score / wanted.length
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The name that was most likely meant, of those that are there. */
export function nearest(wanted: string, names: readonly string[]): string | undefined {
  const [best] = names
    .slice(0, 2000)
    .map(name => ({ name, near: nearness(wanted, name) }))
    .filter(({ near }) => near >= 0.5)
    .sort((a, b) => b.near - a.near || order(a.name, b.name))
  return best?.name
}

export const alike = (a: string, b: string): boolean => nearness(a, b) >= 0.5

/** 0 to 1: Jaccard similarity of their pairs of letters. */
export function nearness(a: string, b: string): number {
  if (a === b) return 1
  const [left, right] = [pairs(a), pairs(b)]
  const both = [...left].filter(pair => right.has(pair)).length
  const sum = left.size + right.size - both
  const share = sum === 0 ? 0 : both / sum
  // `app-config` and `app-configuration`, `db` and `orders-db`: one is a part of the other.
  const contained = Math.min(a.length, b.length) >= 3 && (a.includes(b) || b.includes(a))
  return contained ? Math.max(share, 0.55) : share
}

const pairs = (text: string): Set<string> => {
  const padded = `^${text.toLowerCase().slice(0, 253)}$`
  return new Set(Array.from({ length: padded.length - 1 }, (_, at) => padded.slice(at, at + 2)))
}

/** `The nearest name there is "x".`, or which there are. */
export const thereIs = (kind: string, wanted: string, names: readonly string[]): string => {
  const near = nearest(wanted, names)
  if (near !== undefined) return `there is ${kind} ${quoted(near)}`
  if (names.length === 0) return `there is no ${kind} at all`
  return `there ${names.length === 1 ? 'is' : 'are'} ${kind} ${names.slice(0, 4).map(quoted).join(', ')}`
}
