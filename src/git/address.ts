import { fileURLToPath } from 'node:url'
import { GitError } from './git.ts'

/** Where a repository is, after its URL was checked; `target` is what git is told. */
export interface Address {
  transport: 'file' | 'http' | 'ssh'
  target: string
  /** For messages; never holds a password. */
  shown: string
}

const controlCharacters = /\p{Cc}/u
const hostName = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$|^\[[0-9A-Fa-f:.]+\]$/
const userName = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/

/**
 * The address of a repository: an absolute path, a file://, http(s):// or ssh:// URL, or user@host:path.
 * Everything else is refused, above all `ext::` and names that git would take for options (CVE-2017-1000117).
 */
export function addressOf(url: string): Address {
  if (url.length > 2048 || controlCharacters.test(url))
    throw refused(url, 'it is too long or has control characters')
  if (url.startsWith('/')) return local(url, url)
  const scp = /^([^@:/\s]+)@([^@:/\s]+):([^\s]+)$/.exec(url)
  if (scp) {
    const [, user = '', host = '', path = ''] = scp
    if (!userName.test(user) || !hostName.test(host) || path.startsWith('-'))
      throw refused(url, 'user, host or path has characters that are not allowed')
    return { transport: 'ssh', target: url, shown: url }
  }
  const parsed = URL.parse(url)
  if (!parsed) throw refused(url, forms)
  if (parsed.password)
    throw new GitError(
      `the repository URL on ${parsed.host} holds a password; put it in a Secret and name that in spec.credentials`,
      false,
    )
  if (parsed.protocol === 'file:') return fileUrl(url, parsed)
  const transport = transports[parsed.protocol]
  if (!transport) throw refused(url, forms)
  if (!hostName.test(parsed.hostname)) throw refused(url, 'the host name has characters that are not allowed')
  if (parsed.username && !userName.test(decodeURIComponent(parsed.username)))
    throw refused(url, 'the user name has characters that are not allowed')
  return { transport, target: parsed.href, shown: parsed.href }
}

const transports: Record<string, 'http' | 'ssh'> = { 'http:': 'http', 'https:': 'http', 'ssh:': 'ssh' }
const forms = 'use an absolute path, a file://, http(s):// or ssh:// URL, or user@host:path'

function fileUrl(url: string, parsed: URL): Address {
  if (parsed.host && parsed.host !== 'localhost') throw refused(url, 'a file:// URL names no host')
  parsed.host = ''
  return local(fileURLToPath(parsed), url)
}

function local(path: string, shown: string): Address {
  if (path.split('/').includes('..')) throw refused(shown, 'the path must not hold ".."')
  return { transport: 'file', target: path, shown }
}

const refused = (url: string, why: string) =>
  new GitError(`cannot use repository ${JSON.stringify(withoutUser(url)).slice(0, 200)}: ${why}`, false)

const withoutUser = (url: string): string => url.replace(/\/\/[^/@\s]*@/, '//')

const refName = /^(?!.*(?:\.\.|@\{|\/\/|\.lock(?:\/|$)))(?![-/.])[^\s~^:?*[\]\\\p{Cc}]{1,255}(?<![/.])$/u

/** Throws unless the text can name a branch or tag (git-check-ref-format, made a little narrower). */
export function checkRef(ref: string): void {
  if (!refName.test(ref)) throw new GitError(`"${ref.slice(0, 255)}" is not a name of a branch or tag`, false)
}
