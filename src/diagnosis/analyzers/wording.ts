import { type AnyObject, nameOf } from '../cluster.ts'
import type { Place } from './analyzer.ts'

const most = { name: 120, value: 200, listed: 6 } as const

/** Text that somebody else wrote, on one line and short enough to stand in a sentence. */
export const plain = (text: string, length: number = most.value): string => {
  const line = text
    .slice(0, length * 4)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
  return line.length > length ? `${line.slice(0, length - 1)}…` : line
}

export const quoted = (text: string): string => `"${plain(text, most.name)}"`

/** `container "app"`; texts do not always tell which. */
export const containerCalled = (name: string | undefined): string =>
  name ? `container ${quoted(name)}` : 'a container'

/** `Deployment shop/checkout`; kinds of the cluster without namespace. */
export const called = ({ kind, namespace, name }: Place): string =>
  `${plain(kind, most.name)} ${plain([namespace, name].filter(Boolean).join('/'), most.value)}`

/** `a`, `a and b`, `a, b and c`, with the rest counted. */
export function listed(items: readonly string[], length: number = most.listed): string {
  const shown = items.slice(0, length)
  const rest = items.length - shown.length
  const all = rest > 0 ? [...shown, `${rest} more`] : shown
  return all.length <= 1 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

/** Sentences, joined; empty ones are left out, and each ends with a full stop. */
export const sentences = (...parts: readonly (string | undefined)[]): string =>
  parts
    .flatMap(part => {
      const text = part?.trim() ?? ''
      if (text === '') return []
      return [`${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`]
    })
    .join(' ')

/** Evidence of a field of an object. */
export const fieldOf = (object: AnyObject, path: string, value: string) => ({
  source: object.file,
  detail: `${nameOf(object)} ${path}: ${plain(value, 300)}`,
})
