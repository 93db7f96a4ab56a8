import { type Credentials, GitError } from './git.ts'
import { GitExit } from './process.ts'

/** What git said in one line, without credentials and control characters, which a remote server could put there. */
export function said(stderr: string, credentials: Credentials | undefined): string {
  const lines = stderr
    .split('\n')
    .map(line => line.replace(/\p{Cc}/gu, ' ').trim())
    .filter(line => line && !line.startsWith('hint:') && !line.startsWith('warning: '))
  return redact(lines.join('; '), credentials).slice(0, 1000) || 'git gave no reason'
}

function redact(text: string, credentials: Credentials | undefined): string {
  const secrets = [credentials?.password, credentials?.privateKey, basic(credentials)].filter(
    secret => secret !== undefined && secret.length > 0,
  )
  const withoutSecrets = secrets.reduce<string>((rest, secret) => rest.replaceAll(secret ?? '', '***'), text)
  return withoutSecrets.replace(/\/\/[^/@\s]+@/g, '//***@')
}

/** The value of HTTP basic authentication (RFC 7617), or undefined without a password. */
export const basic = (credentials: Credentials | undefined): string | undefined =>
  credentials?.password === undefined
    ? undefined
    : Buffer.from(`${credentials.username ?? 'git'}:${credentials.password}`).toString('base64')

/** A GitExit as the GitError that callers see; other errors as they are. */
export function failure(doing: string, error: unknown, credentials: Credentials | undefined): unknown {
  if (!(error instanceof GitExit)) return error
  const text = said(error.stderr, credentials)
  const advice = advices.find(([pattern]) => pattern.test(error.stderr))?.[1]
  return new GitError(
    `${doing}: ${text}${advice ? `; ${advice}` : ''}`,
    advice === undefined && transient.test(error.stderr),
  )
}

const advices: [RegExp, string][] = [
  [/host key verification failed/i, 'put the host key in knownHosts of the Secret'],
  [
    /authentication failed|could not read (username|password)|permission denied|invalid credentials|error: 40[13]/i,
    'check the Secret named in spec.credentials',
  ],
  [/does not appear to be a git repository|repository .*not found|error: 404/i, 'check the repository URL'],
]

const transient =
  /could not resolve|couldn't resolve|timed out|timeout|connection (refused|reset|closed)|couldn't connect|failed to connect|hung up|early EOF|unexpected disconnect|RPC failed|error: (429|5\d\d)|network is unreachable|unable to access|cannot lock ref|index\.lock|shallow\.lock/i

/** Whether git stumbled over its own cache, which is then thrown away and fetched anew. */
export const broken = (error: unknown): boolean =>
  error instanceof GitExit &&
  /not a git repository: |corrupt|bad object|unable to read (tree|sha1|object)|garbage at end|invalid object|packfile .* (cannot|does not)|shallow file has changed|bad tree|missing blob|fatal: bad config|index file .* is too small|inflate/i.test(
    error.stderr,
  )
