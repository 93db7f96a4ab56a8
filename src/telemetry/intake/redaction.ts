/**
 * Takes secrets out of texts before they are stored: well-known forms of tokens, what stands behind names such as
 * `password=`, credentials in URLs and headers. Every expression is bounded, so that it is linear in the text.
 */
export function redact(text: string): string {
  if (!suspicious.test(text)) return text
  let clean = text
  for (const form of forms) clean = clean.replace(form, MASK)
  return clean
    .replace(urlCredentials, `$1${MASK}@`)
    .replace(scheme, `$1 ${MASK}`)
    .replace(assignment, (whole, name: string, value: string) =>
      harmless.test(value) || reference.test(name) ? whole : `${name}${MASK}`,
    )
}

/** Whether a field of this name holds a secret, such as `DB_PASSWORD` or `client-secret`. */
export const isSecretName = (name: string): boolean => secretName.test(name) && !reference.test(name)

export const MASK = '***'

const words =
  'api[_-]?key|secret|token|passw(?:or)?d|passphrase|pwd|credential|private[_-]?key|access[_-]?key'
const secretName = new RegExp(`(?:${words}|auth(?:orization)?$)`, 'i')

/** `secretName`, `tokenRef`: what stands there says where a secret is, and is none. */
const reference = /(?:[_-]?(?:name|ref|reference))["']?\s{0,3}[:=]?\s{0,3}["']?$/i

/** One quick look tells most texts clean. */
const suspicious = new RegExp(
  `${words}|bearer|basic |AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|eyJ|BEGIN|:\\/\\/`,
  'i',
)

const forms = [
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-)[\w-]{16,255}/g,
  /(?<![\w-])eyJ[\w-]{8,512}\.[\w-]{8,4096}\.[\w-]{0,1024}/g,
]
const urlCredentials = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]{0,128}:[^\s/@]{1,128}@/gi
const scheme = /\b(Bearer|Basic)\s{1,3}[\w.~+/=-]{8,4096}/gi
const assignment = new RegExp(
  `((?:${words})[\\w.-]{0,20}["']?\\s{0,3}[:=]\\s{0,3}["']?)([^\\s"',;&)}\\]]{3,512})`,
  'gi',
)
/** Counts and switches stand behind such names too. */
const harmless = /^(?:\d{1,9}(?:\.\d{1,6})?|true|false|null|none|nil|undefined|\*+)$/i
