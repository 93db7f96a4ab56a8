import { createHmac } from 'node:crypto'
import type { KnownNames } from './slots/names.ts'

/** Hides names before a text leaves, and puts them back into what comes of it. */
export interface Pseudonyms {
  /**
   * The text with placeholders for names, hosts, addresses, ids and mails, and with secrets masked for good.
   * @returns undefined when it can not be told that no secret is left; then nothing may be sent
   */
  hide(text: string): string | undefined
  /** Undefined when the text names a placeholder that was never given out. */
  restore(text: string): string | undefined
}

/** Masks secrets and personal data; undefined when that can not be told of a text. */
export type MaskSecrets = (text: string) => string | undefined

type Sort = 'service' | 'route' | 'space' | 'incident' | 'object' | 'mail' | 'host' | 'id'

const sorts: Readonly<Partial<Record<keyof KnownNames, Sort>>> = {
  services: 'service',
  workloads: 'service',
  routes: 'route',
  namespaces: 'space',
  incidents: 'incident',
}

/**
 * The same name has the same placeholder under the same key, in every run and from whatever it is told.
 * @param key of this installation; who does not know it can not guess names from placeholders
 */
export function pseudonyms(names: KnownNames, { key, mask }: { key: string; mask: MaskSecrets }): Pseudonyms {
  const known = new Map<string, Sort>()
  for (const [list, members] of Object.entries(names))
    for (const name of members as readonly string[])
      if (!known.has(name.toLowerCase()))
        known.set(name.toLowerCase(), sorts[list as keyof KnownNames] ?? 'object')
  const given = new Map<string, string>()
  const placeholder = (text: string, sort: Sort): string => {
    const made = `${sort}_${createHmac('sha256', key).update(text).digest('hex').slice(0, 10)}`
    given.set(made, text)
    return made
  }
  const hidden = (token: string): string => {
    const sort = sortOf(token, known)
    return sort ? placeholder(token, sort) : token
  }
  return {
    // Mails first: what is hidden comes back, what is masked does not.
    hide: text => mask(text.replace(tokenPattern, hidden)),
    restore: text => {
      let strange = false
      const restored = text.replace(placeholderPattern, made => {
        strange ||= !given.has(made)
        return given.get(made) ?? made
      })
      return strange ? undefined : restored
    },
  }
}

const tokenPattern = /[\p{L}\p{N}][\p{L}\p{N}._@/:-]*[\p{L}\p{N}]|[\p{L}\p{N}]/gu
const placeholderPattern = /(?:service|route|space|incident|object|mail|host|id)_[0-9a-f]{10}/g

/** What a token is that must not leave; undefined for an ordinary word. */
function sortOf(token: string, known: ReadonlyMap<string, Sort>): Sort | undefined {
  const lower = token.toLowerCase()
  const exact = known.get(lower)
  if (exact) return exact
  if (/^[^@]+@[^@]+\.[^@]+$/.test(lower)) return 'mail'
  if (
    /^\d{1,3}(\.\d{1,3}){3}(:\d+)?(\/\d+)?$/.test(lower) ||
    (/^[0-9a-f]*:[0-9a-f:]*:[0-9a-f]*$/.test(lower) && /[a-f]/.test(lower))
  )
    return 'host'
  if (/^\d{4}-\d\d-\d\d/.test(lower)) return undefined
  if (parts(lower).some(part => known.has(part))) return 'object'
  if (/^[0-9a-f]{7,64}$/.test(lower) && /\d/.test(lower) && /[a-f]/.test(lower)) return 'id'
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-/.test(lower)) return 'id'
  if (/^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+(:\d+)?(\/.*)?$/.test(lower)) return 'host'
  if (/-[a-z0-9]*\d[a-z0-9]*/.test(lower) && /^[a-z]/.test(lower)) return 'object'
  return undefined
}

const mostWords = 12

/** The parts of a name that is put together: `cart` of `cart-5d9f8-x2k`, of `shop/cart`, of `old_cart.shop.svc`. */
function parts(token: string): string[] {
  return token
    .split(/[/:.@_]/)
    .slice(0, mostWords)
    .flatMap(piece => {
      const words = piece.split('-').slice(0, mostWords)
      return words.flatMap((_, from) =>
        words.slice(from).map((_, more) => words.slice(from, from + more + 1).join('-')),
      )
    })
}
