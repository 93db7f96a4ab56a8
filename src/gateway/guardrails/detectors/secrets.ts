import { z } from 'zod'
import type { Detector, Finding } from '../detector.ts'
import { optionsOf } from './options.ts'

/** How one kind of secret is written. */
interface Format {
  kind: string
  /** Each text with one has one of these, which costs little to ask. */
  hints: readonly string[]
  /** Begins where no character of the secret stands before, so that no text is gone over twice. The last group is the secret. */
  pattern: RegExp
  valid?: (secret: string) => boolean
  score?: number
}

const MAX_FINDINGS = 256

/** Formats as the providers publish them for secret scanning. */
const formats: readonly Format[] = [
  {
    kind: 'aws-access-key',
    hints: ['AKIA', 'ASIA'],
    pattern: /(?<![A-Za-z0-9])((?:AKIA|ASIA)[A-Z2-7]{16})(?![A-Za-z0-9])/g,
    valid: secret => !secret.endsWith('EXAMPLE'),
  },
  {
    kind: 'aws-secret-key',
    hints: ['ecret', 'ECRET'],
    pattern:
      /aws[_-]?secret[_-]?(?:access[_-]?)?key["']?\s{0,4}[:=]\s{0,4}["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])/gi,
    valid: secret => entropy(secret) > 3.5 && !secret.includes('EXAMPLE'),
  },
  { kind: 'gcp-api-key', hints: ['AIza'], pattern: /(?<![\w-])(AIza[\w-]{35})(?![\w-])/g, valid: isRandom },
  { kind: 'gcp-client-secret', hints: ['GOCSPX-'], pattern: /(?<![\w-])(GOCSPX-[\w-]{28})(?![\w-])/g },
  {
    kind: 'github-token',
    hints: ['gh', 'github_pat_'],
    pattern: /(?<!\w)(gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})(?!\w)/g,
    valid: isRandom,
  },
  {
    kind: 'gitlab-token',
    hints: ['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glcbt-'],
    pattern: /(?<![\w-])(gl(?:pat|dt|rt|ptt|cbt)-[\w-]{20,64}(?:\.[0-9a-z]{2}\.[0-9a-z]{9})?)(?![\w-])/g,
    valid: isRandom,
  },
  {
    kind: 'slack-token',
    hints: ['xox', 'xapp-'],
    pattern:
      /(?<![\w-])(xox[abeoprs]-(?:\d+-){1,4}[A-Za-z0-9-]{10,100}|xapp-\d-[A-Z0-9]+-\d+-[a-f0-9]{32,100})(?![\w-])/g,
  },
  {
    kind: 'slack-webhook',
    hints: ['hooks.slack.com/'],
    pattern:
      /(https:\/\/hooks\.slack\.com\/(?:services|workflows)\/[A-Z0-9]{8,20}\/[A-Z0-9]{8,20}\/[A-Za-z0-9]{16,64})/g,
  },
  {
    kind: 'stripe-key',
    hints: ['_live_', '_test_', 'whsec_'],
    pattern: /(?<!\w)((?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,247}|whsec_[A-Za-z0-9]{32,64})(?!\w)/g,
    valid: isRandom,
  },
  {
    kind: 'anthropic-key',
    hints: ['sk-ant-'],
    pattern: /(?<![\w-])(sk-ant-[a-z]{2,8}\d{2}-[\w-]{80,120})(?![\w-])/g,
    valid: isRandom,
  },
  {
    kind: 'openai-key',
    hints: ['sk-'],
    pattern:
      /(?<![\w-])(sk-(?:(?:proj|svcacct|admin|None)-)?[\w-]{16,100}T3BlbkFJ[\w-]{16,100}|sk-[A-Za-z0-9]{48}|sk-(?:proj|svcacct|admin)-[\w-]{40,200})(?![\w-])/g,
    valid: isRandom,
  },
  { kind: 'npm-token', hints: ['npm_'], pattern: /(?<!\w)(npm_[A-Za-z0-9]{36})(?!\w)/g, valid: isRandom },
  { kind: 'huggingface-token', hints: ['hf_'], pattern: /(?<!\w)(hf_[A-Za-z]{34})(?!\w)/g, valid: mixed },
  {
    kind: 'sendgrid-key',
    hints: ['SG.'],
    pattern: /(?<![\w.-])(SG\.[\w-]{22}\.[\w-]{43})(?![\w-])/g,
    valid: isRandom,
  },
  {
    kind: 'azure-storage-key',
    hints: ['AccountKey='],
    pattern: /AccountKey=([A-Za-z0-9+/]{86}==)/g,
    valid: isRandom,
  },
  {
    kind: 'private-key',
    hints: ['PRIVATE KEY'],
    pattern:
      /(-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----)[A-Za-z0-9+/=\s:,.()-]|\\[nr]){40,20000}(?:-----END (?:[A-Z]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----)?)/g,
  },
  {
    kind: 'jwt',
    hints: ['eyJ'],
    pattern: /(?<![\w.-])(eyJ[\w-]{10,4000}\.eyJ[\w-]{4,8000}\.[\w-]{10,2000})(?![\w-])/g,
    valid: isJwt,
  },
  {
    kind: 'connection-string',
    hints: ['://'],
    pattern:
      /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/?#"'<>]{0,64}:([^\s:@/"'<>]{4,128})@[\w.[\]-]{1,253}/g,
    valid: secret => !isPlaceholder(secret),
    score: 0.9,
  },
  {
    kind: 'assigned-secret',
    hints: ['='],
    pattern:
      /(?<!page[_-]?|next[_-]?|csrf[_-]?|max[_-]?)(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|credentials?)["']?\s{0,4}(?:=|:=|:)\s{0,4}["']?([^\s"'`,;<>()[\]{}&|\\]{8,200})/gi,
    valid: secret =>
      !isPlaceholder(secret) && entropy(secret) >= 2.75 && mixed(secret) && !isReference(secret),
    score: 0.8,
  },
]
/** A colon assigns too, in YAML and JSON. */
const assigned = formats.at(-1)

const Options = z.strictObject({
  kinds: z.array(z.string()).min(1).optional(),
})

/** Credentials of providers by their published formats, keys, and assignments of random-looking values. */
export const secrets: Detector = {
  name: 'secrets',
  summary: 'Finds credentials: provider keys, private keys, tokens, passwords in addresses and assignments.',
  zones: ['user', 'document', 'tool', 'output'],
  threshold: () => 0.5,
  create(options) {
    const { kinds } = optionsOf('secrets', Options, options)
    const unknown = kinds?.find(kind => formats.every(format => format.kind !== kind))
    if (unknown !== undefined)
      optionsOf('secrets', z.object({ kinds: z.array(z.enum(formats.map(({ kind }) => kind))) }), {
        kinds: [unknown],
      })
    const wanted = kinds ? formats.filter(({ kind }) => kinds.includes(kind)) : formats
    return text => findSecrets(text, wanted)
  },
}

/** Characters that the formats are made of, by UTF-16 unit. */
const ofToken = new Uint8Array(0x10000)
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/.')
  ofToken[character.charCodeAt(0)] = 1
/** Every format but assignments, addresses and key blocks has a run of at least so many of them. */
const shortestRun = 16

/** Most texts hold nothing that could be a secret, which is cheaper to see than to ask every format. */
function mayHold(text: string): boolean {
  if (text.includes('=') || text.includes(':') || text.includes('PRIVATE KEY')) return true
  // A run must cover its every sixteenth unit, so that most units need not be looked at (as in Boyer and Moore, 1977).
  let before = -1
  for (let i = shortestRun - 1; i < text.length; i = before + shortestRun) {
    let at = i
    while (at > before && ofToken[text.charCodeAt(at)] === 1) at--
    if (i - at >= shortestRun) return true
    before = at
  }
  return false
}

const nothing: readonly Finding[] = []

function findSecrets(text: string, wanted: readonly Format[]): readonly Finding[] {
  if (!mayHold(text)) return nothing
  const findings: Finding[] = []
  for (const format of wanted) {
    if (!format.hints.some(hint => text.includes(hint)) && !(format === assigned && text.includes(':')))
      continue
    for (const match of text.matchAll(format.pattern)) {
      if (findings.length >= MAX_FINDINGS) return findings
      const secret = match[1] ?? ''
      const start = match.index + match[0].lastIndexOf(secret)
      const end = start + secret.length
      // The named formats come first: a key in an assignment is the key.
      if (format.valid?.(secret) === false || findings.some(one => overlaps(one, start, end))) continue
      findings.push({ score: format.score ?? 0.98, reason: format.kind, start, end })
    }
  }
  return findings.sort((a, b) => (a.start ?? 0) - (b.start ?? 0))
}

const overlaps = (finding: Finding, start: number, end: number): boolean =>
  (finding.start ?? 0) < end && start < (finding.end ?? 0)

/** Bits a character (Shannon), of the characters the secret has. */
function entropy(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

/** `xxxx…`, `1234…` and words fit the format of many keys, and are none. */
function isRandom(secret: string): boolean {
  return (
    entropy(secret) > 3 &&
    /\d/.test(secret) &&
    !/example|xxxx|your|placeholder|0{8}|12345678|abcdefgh/i.test(secret)
  )
}

/** At least two of lower case, upper case, digits and signs, as password rules ask for. */
function mixed(secret: string): boolean {
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter(pattern => pattern.test(secret)).length
  return classes >= 3 || (classes === 2 && /\d/.test(secret))
}

const isPlaceholder = (secret: string): boolean =>
  /^(?:[*.x•_-]+|\$.*|%.*|<.*|\{.*|.*(?:pass(?:word)?|secret|example|changeme|change_me|redacted|placeholder|your[_-]).*)$/i.test(
    secret,
  )

/** Code that says where a secret comes from, and no secret: `process.env.TOKEN`, `config.get(…)`, `vault:path`, a URL. */
const isReference = (secret: string): boolean =>
  /^(?:[A-Za-z_]\w*[.:/]{1,2}[A-Za-z_][\w./:-]*|https?:.*|[A-Za-z_]+|[a-z]+(?:[_-][a-z0-9]+)+|\d{1,4}[-/.]\d{1,2}[-/.].*)$/.test(
    secret,
  )

function isJwt(token: string): boolean {
  try {
    const header: unknown = JSON.parse(
      Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString(),
    )
    return typeof header === 'object' && header !== null && 'alg' in header
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
