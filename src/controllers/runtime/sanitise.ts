const MAX_BYTES = 1024
/** Longer text is cut before the patterns see it, so that their time is bounded. */
const MAX_INPUT = 16_384
const CUT = ' … (cut)'

/** What secrets look like; each pattern is linear in its input. */
const secrets: readonly [RegExp, string][] = [
  [
    /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
    '[private key]',
  ],
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/?#@"'<>]{1,1000}@/gi, '$1***@'],
  [/\b(bearer|basic|negotiate)\s+[\w.~+/=-]{6,}/gi, '$1 ***'],
  [/\b(sk|pk|rk)-[\w-]{8,}/g, '***'],
  [/\b(gh[pousr]_|github_pat_|glpat-|glptt-|xox[abeprs]-|hf_|npm_|kw_)[\w-]{8,}/g, '***'],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/g, '***'],
  [/\bAIza[\w-]{30,}/g, '***'],
  [/\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?/g, '***'],
  [
    /\b([\w-]{0,40}(?:api[_-]?key|access[_-]?key|token|secret|password|passwd|passphrase|credential|authorization))("?\s{0,5}[=:]\s{0,5}"?)(?!\s|\*\*\*|bearer |basic )[^\s"',;&}]{3,}/gi,
    '$1$2***',
  ],
]

/**
 * Text that may stand in a status, an Event or a log line: credentials in URLs, bearer tokens and known forms of keys
 * are replaced by `***`, and it is at most 1 KiB of UTF-8. (Flux's runtime/errors sanitizer.)
 */
export function sanitise(text: string): string {
  const bounded = text.length > MAX_INPUT ? text.slice(0, MAX_INPUT) : text
  const clean = secrets.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), bounded)
  return cut(clean)
}

/** The message of anything thrown, sanitised. */
export const messageOf = (error: unknown): string =>
  sanitise(error instanceof Error ? error.message || error.name : String(error))

function cut(text: string): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= MAX_BYTES) return text
  // A character cut in half decodes to U+FFFD at the end, which is dropped.
  return bytes.toString('utf8', 0, MAX_BYTES - Buffer.byteLength(CUT)).replace(/\uFFFD+$/, '') + CUT
}
