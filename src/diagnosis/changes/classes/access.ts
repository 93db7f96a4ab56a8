import type { Edit } from '../diff/edit.ts'
import type { FileEdit } from '../diff/unified-diff.ts'
import { type DiffClass, type Hit, type Produces, quoted } from './diff-class.ts'
import { alikeLines } from './logic.ts'

const refuses: Produces = {
  unauthorized: 1,
  forbidden: 1,
  error: 0.5,
  'not-found': 0.3,
  'traffic-down': 0.4,
  retries: 0.3,
  clock: 0.4,
  validation: 0.3,
  silence: 0.3,
  refusal: 0.2,
}
const mistrusts: Produces = {
  certificate: 1,
  refused: 0.4,
  error: 0.6,
  unauthorized: 0.4,
  reset: 0.6,
  timeout: 0.3,
  startup: 0.3,
}

const identity =
  /\b\w*(auth|jwt|token|claim|audience|\baud\b|issuer|\biss\b|\bexp\b|\bnbf\b|leeway|skew|scope|role|permission|policy|rbac|acl|session|cookie|csrf|cors|origin|api_?key|secret|signature|signing|verify|hmac|oauth|oidc|saml|login|principal|credential|password|bearer|samesite|issuer|jwks|kid|iam)\w*/i
const decides =
  /\b(if|unless|require|assert|return|allow|deny|verify|validate|check|must|has|is|can|equals|contains|before|after|==|!=)\b|==|!=|=>|:=|\(|:/i
const trust =
  /\b\w*(tls|ssl|x509|cert|rootca|ca_?bundle|truststore|keystore|cipher|minversion|insecureskipverify|verify_?(ssl|peer|mode)|sslmode|mtls)\w*/i
/** How failures are worded or told does not decide who is let in. */
const words =
  /http\.error|\.header\(\)|log|println|message|title|label|style|\.set\("www-authenticate|counter|metric|comment|render/i

/** Who is let in, and whom is trusted. */
export const accessChanged: DiffClass = {
  name: 'access-changed',
  fault: 'permission',
  find: edit => edit.files.flatMap(file => [...refused(file, edit), ...mistrusted(file)]),
}

/** Sessions of databases and tokens of payments are no identities. */
const others =
  /session\w*\.(execute|query|add|commit|flush|get|scalars?|close|begin|rollback|merge|delete)\b|(max_?|_|prompt_|completion_)tokens?\b|tokeni[sz]|pay\w*token|cardtoken/i

function refused(file: FileEdit, edit: Edit): Hit[] {
  if (file.role === 'manifest' || file.role === 'image' || file.role === 'prompt') return []
  const about = (line: string) =>
    identity.test(line) && decides.test(line) && !words.test(line) && !others.test(line)
  const inside =
    identity.test(file.path.slice(file.path.lastIndexOf('/') + 1)) ||
    /\/(auth\w*|security|iam|rbac|session\w*|polic(y|ies))\/|^(Cluster)?Role(Binding)?\//i.test(file.path)
  const policy = inside && (file.role === 'config' || /Role/.test(file.path))
  const matters = (line: string) =>
    policy ||
    about(line) ||
    (inside &&
      !words.test(line) &&
      /\b(if|return|verify|validate|before|after|equals|const|require)\b|==|!=|:=/i.test(line))
  const [gone, fresh] = [file.removed.filter(matters), file.added.filter(matters)]
  const first = gone[0] ?? fresh[0]
  if (first === undefined) return []
  const moved = edit.kept >= 0.8 && !editedInPlace(file)
  const strength =
    (gone.length > 0 ? 0.85 : 0.6) *
    (moved ? 0.3 : 1) *
    (inside || gone.some(line => identity.test(line)) ? 1 : 0.7)
  const kind = gone.length > 0 && fresh.length === 0 ? 'takes away' : gone.length > 0 ? 'changes' : 'adds'
  return [
    {
      says: `${kind} a check of who is let in: ${quoted(first)}`,
      file: file.path,
      strength,
      produces: refuses,
    },
  ]
}

/** A line with other texts, numbers or signs, but the same names. */
const editedInPlace = (file: FileEdit): boolean =>
  alikeLines(file).some(([old, now]) => literals(old) !== literals(now))
const literals = (line: string): string =>
  (line.match(/"[^"]*"|'[^']*'|`[^`]*`|\b\d+\b|[!=<>]=|&&|\|\||[<>!]/g) ?? []).join(' ')

function mistrusted(file: FileEdit): Hit[] {
  if (file.role === 'manifest') return []
  const changed = [...file.removed, ...file.added].find(
    line => trust.test(line) && !/^(import|from)\b/.test(line),
  )
  return changed === undefined
    ? []
    : [
        {
          says: `changes which certificates are trusted or shown: ${quoted(changed)}`,
          file: file.path,
          strength: 0.75,
          produces: mistrusts,
        },
      ]
}
