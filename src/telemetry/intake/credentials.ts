import { createHash, timingSafeEqual } from 'node:crypto'

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** Whether a sender shows the token: as `Authorization: Bearer`, or as the password of `Authorization: Basic`. */
export function knowsToken(token: string, { authorization }: Headers): boolean {
  const [, scheme = '', value = ''] = /^(\S{1,16}) +(\S{1,4096})$/.exec(String(authorization ?? '')) ?? []
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return same(value, token)
    case 'basic': {
      const pair = Buffer.from(value, 'base64').toString()
      return same(pair.slice(pair.indexOf(':') + 1), token)
    }
    default:
      return false
  }
}

/** In a time that does not depend on where they differ. */
const same = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other))

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
