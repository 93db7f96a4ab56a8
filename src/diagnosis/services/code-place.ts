const extensions = new Set(
  'java kt scala groovy py go js mjs ts rb rs cs fs cpp cc c h php ex exs swift'.split(' '),
)
const longest = { name: 80, number: 6, extension: 6 } as const

/**
 * The place in the code that a log line names, as loggers write it: `OrderController#46`, `billing/cart.py:12`. Undefined
 * when there is none. Looks at each sign a bounded number of times, for lines are written by anyone.
 */
export function codePlace(line: string): string | undefined {
  for (let at = 1; at < line.length - 1; at++) {
    const sign = line.charCodeAt(at)
    if (sign !== 35 && sign !== 58) continue
    const end = digitsFrom(line, at + 1)
    if (end === at + 1 || end - at > longest.number + 1 || isWord(line.charCodeAt(end))) continue
    let start = at
    while (start > 0 && at - start < longest.name && isName(line.charCodeAt(start - 1))) start--
    if (start === at) continue
    const name = line.slice(start, at)
    const named = sign === 35 ? /[A-Z\]]/.test(name) : extensions.has(extensionOf(name))
    if (named) return line.slice(start, end)
  }
  return undefined
}

function digitsFrom(line: string, from: number): number {
  let end = from
  while (isDigit(line.charCodeAt(end)) && end - from <= longest.number) end++
  return end
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 && name.length - dot <= longest.extension + 1 ? name.slice(dot + 1) : ''
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isWord = (code: number): boolean =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
/** Letters, digits and `_ $ . / - [ ]`. */
const isName = (code: number): boolean =>
  isWord(code) || code === 36 || code === 46 || code === 47 || code === 45 || code === 91 || code === 93
