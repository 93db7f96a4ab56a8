/** How skills write times, sizes and other people's text. */

const minute = 60_000

/** `2026-01-05T10:14:00Z` */
export const timeText = (at: number): string =>
  Number.isFinite(at) && Math.abs(at) <= 8.64e15
    ? new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
    : 'an unknown time'

/** `36 s`, `25 min`, `7 h`, `3 days` */
export function lengthText(ms: number): string {
  if (ms < 2 * minute) return `${Math.round(ms / 1000)} s`
  if (ms < 120 * minute) return `${Math.round(ms / minute)} min`
  if (ms < 48 * 60 * minute) return `${Math.round(ms / (60 * minute))} h`
  return `${Math.round(ms / (24 * 60 * minute))} days`
}

/** `7.2 %` */
export const percentText = (share: number): string => `${rounded(100 * share)} %`

/** Three significant digits without exponents for everyday numbers. */
export const rounded = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'unknown'

export const count = (n: number, noun: string, plural = `${noun}s`): string =>
  `${n} ${n === 1 ? noun : plural}`

/** One line of somebody else's text: no control or direction characters, at most `most` of them. */
export function plain(text: string, most = 200): string {
  const line = text
    .slice(0, 4 * most)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}

/** As `plain`, and nothing of it formats in Markdown. */
export const markdownText = (text: string, most = 200): string =>
  plain(text, most).replaceAll(/[\\`*_[\]<>#!|~]/g, character => `\\${character}`)

/** The first characters of a commit. */
export const short = (revision: string): string => revision.slice(0, 12)

/** A part of a file name: lower case letters, digits and dashes. */
export const slug = (text: string): string =>
  text
    .toLowerCase()
    .slice(0, 200)
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60) || 'unnamed'
