const MAX_JSON_DEPTH = 64

/** At most this many duplicates are named. */
const mostNamed = 50

/**
 * Paths of members that a JSON text has twice, such as `spec.x`, which JSON.parse hides.
 * @param text valid JSON
 * @throws RangeError when it is nested too deeply to be worked on
 */
export function duplicateMembers(text: string): string[] {
  const duplicates: string[] = []
  const open: Level[] = []
  let level: Level | undefined
  let expectsKey = false
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: {
        const end = endOfString(text, i)
        if (expectsKey && level?.keys) {
          const key = keyOf(text.slice(i, end))
          if (level.keys.has(key) && duplicates.length < mostNamed) duplicates.push(pathOf(open, key))
          level.keys.add(key)
          level.at = key
          expectsKey = false
        }
        i = end - 1
        break
      }
      case 0x7b:
      case 0x5b: {
        const object = text[i] === '{'
        level = object ? { keys: new Set(), at: '' } : { keys: undefined, at: 0 }
        if (open.push(level) > MAX_JSON_DEPTH)
          throw new RangeError(`nested deeper than ${MAX_JSON_DEPTH} levels`)
        expectsKey = object
        break
      }
      case 0x7d:
      case 0x5d:
        open.pop()
        level = open.at(-1)
        expectsKey = false
        break
      case 0x2c:
        if (level?.keys) expectsKey = true
        else if (level) level.at = Number(level.at) + 1
        break
    }
  }
  return duplicates
}

interface Level {
  /** Absent in arrays. */
  keys: Set<string> | undefined
  at: string | number
}

function endOfString(text: string, start: number): number {
  let end = start + 1
  for (;;) {
    const quote = text.indexOf('"', end)
    if (quote < 0) return text.length
    let backslashes = 0
    while (text[quote - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return quote + 1
    end = quote + 1
  }
}

const keyOf = (quoted: string): string =>
  quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)

const pathOf = (open: Level[], key: string): string =>
  [...open.slice(0, -1).map(({ at }) => at), key].reduce<string>(
    (path, part) => (typeof part === 'number' ? `${path}[${part}]` : path ? `${path}.${part}` : part),
    '',
  )
