import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import type { Cluster, Credentials } from './cluster.ts'

const MAX_BYTES = 1024 * 1024

/** What is wrong with a kubeconfig: names the file and the field. */
class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError'
}

/**
 * The cluster that a kubeconfig file's current context (or `context`) points to. Understands certificates, tokens,
 * client certificates and basic authentication; what runs programs or other protocols to log in is refused.
 * Files named in it are looked up beside it, as kubectl does.
 * @throws KubeconfigError
 */
export function readKubeconfig(file: string, context?: string): Cluster {
  const fail = (message: string, cause?: unknown): never => {
    throw new KubeconfigError(`kubeconfig ${file}: ${message}`, { cause })
  }
  const read = (path: string, field: string): string => {
    try {
      if (statSync(path).size > MAX_BYTES) fail(`${field} is larger than ${MAX_BYTES} bytes`)
      return readFileSync(path, 'utf8')
    } catch (error) {
      if (error instanceof KubeconfigError) throw error
      return fail(`${field} can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, error)
    }
  }
  const document = parseDocument(read(file, 'it'), { prettyErrors: true })
  const [problem] = document.errors
  // The parser's message quotes the line, which may hold a token.
  if (problem) fail(`it is not YAML (line ${problem.linePos?.[0].line ?? 1}: ${problem.code})`)
  const root = new Section(document.toJS({ maxAliasCount: 0 }), '', fail)

  const contextName = context ?? root.text('current-context')
  if (!contextName) fail('current-context is not set; choose a context')
  const chosen = root.named('contexts', contextName ?? '').section('context')
  const cluster = root.named('clusters', chosen.required('cluster')).section('cluster')
  const userName = chosen.text('user')
  const user = userName ? root.named('users', userName).section('user') : undefined

  cluster.refuse('proxy-url', 'proxies are not supported')
  const folder = dirname(file)
  const dataOrFile = (section: Section, field: string): string | undefined => {
    const data = section.text(`${field}-data`)
    if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8')
    const path = section.text(field)
    return path === undefined ? undefined : read(resolve(folder, path), section.path(field))
  }
  const ca = dataOrFile(cluster, 'certificate-authority')
  const serverName = cluster.text('tls-server-name')
  const namespace = chosen.text('namespace')
  const insecure = cluster.flag('insecure-skip-tls-verify')
  if (insecure && ca !== undefined)
    fail(`${cluster.path('insecure-skip-tls-verify')} and a certificate authority exclude each other`)
  return {
    server: cluster.required('server'),
    ...(ca !== undefined && { ca }),
    ...(serverName !== undefined && { serverName }),
    ...(insecure && { insecure }),
    ...(namespace !== undefined && { namespace }),
    credentials: user ? credentialsOf(user, folder, dataOrFile) : { type: 'none' },
  }
}

function credentialsOf(
  user: Section,
  folder: string,
  dataOrFile: (section: Section, field: string) => string | undefined,
): Credentials {
  user.refuse('exec', 'programs are not run to log in; put a token or a client certificate there')
  user.refuse('auth-provider', 'it is gone from Kubernetes; put a token or a client certificate there')
  for (const field of ['as', 'as-uid', 'as-groups', 'as-user-extra'])
    user.refuse(field, 'impersonation is not supported')
  const tokenFile = user.text('tokenFile')
  if (tokenFile !== undefined) return { type: 'token-file', file: resolve(folder, tokenFile) }
  const token = user.text('token')
  if (token !== undefined) return { type: 'token', token }
  const cert = dataOrFile(user, 'client-certificate')
  const key = dataOrFile(user, 'client-key')
  if (cert !== undefined && key !== undefined) return { type: 'certificate', cert, key }
  if (cert !== undefined || key !== undefined)
    user.fail(cert === undefined ? 'client-certificate' : 'client-key', 'is missing beside its counterpart')
  const username = user.text('username')
  const password = user.text('password')
  if (username !== undefined) return { type: 'basic', username, password: password ?? '' }
  return { type: 'none' }
}

/** A mapping of the file and the path to it, for messages. */
class Section {
  readonly #value: Record<string, unknown>
  readonly #at: string
  readonly #fail: (message: string) => never

  constructor(value: unknown, at: string, fail: (message: string) => never) {
    this.#at = at
    this.#fail = fail
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      fail(`${at || 'it'} is not a mapping`)
    this.#value = value as Record<string, unknown>
  }

  path(field: string): string {
    return this.#at ? `${this.#at}.${field}` : field
  }

  fail(field: string, message: string): never {
    return this.#fail(`${this.path(field)} ${message}`)
  }

  /** The field's text; empty counts as absent, as in Go. */
  text(field: string): string | undefined {
    const value = this.#value[field]
    if (value === undefined || value === null || value === '') return undefined
    return typeof value === 'string' ? value : this.fail(field, 'is not text')
  }

  required(field: string): string {
    return this.text(field) ?? this.fail(field, 'is missing')
  }

  flag(field: string): boolean {
    const value = this.#value[field] ?? false
    return typeof value === 'boolean' ? value : this.fail(field, 'is neither true nor false')
  }

  section(field: string): Section {
    return new Section(this.#value[field], this.path(field), this.#fail)
  }

  /** The element with this name of a list of named things. */
  named(field: string, name: string): Section {
    const list = this.#value[field]
    if (!Array.isArray(list)) return this.fail(field, 'is not a list')
    const index = list.findIndex(each => (each as { name?: unknown } | null)?.name === name)
    if (index < 0) this.fail(field, `has no entry named "${name}"`)
    return new Section(list[index], `${this.path(field)}[${index}]`, this.#fail)
  }

  refuse(field: string, why: string): void {
    if (this.#value[field] !== undefined && this.#value[field] !== null)
      this.fail(field, `is not supported: ${why}`)
  }
}
