import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Address } from './address.ts'
import { basic } from './failure.ts'
import { type Credentials, GitError } from './git.ts'

/**
 * Environment variables that let git into a remote, for the time `use` runs. Credentials are in no argument list
 * (other users can read those): a password goes as configuration by environment, a key as a file with mode 0600.
 */
export async function withAccess<T>(
  address: Address,
  credentials: Credentials | undefined,
  folder: string,
  use: (env: Record<string, string>) => Promise<T>,
): Promise<T> {
  if (address.transport === 'http') return use(httpAccess(address, credentials))
  if (address.transport === 'file') return use({})
  if (!credentials?.privateKey || !credentials.knownHosts)
    throw new GitError(
      `cannot reach ${address.shown}: ssh needs a Secret with privateKey and knownHosts, named in spec.credentials`,
      false,
    )
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const keys = await mkdtemp(join(folder, 'ssh-'))
  try {
    const key = join(keys, 'key')
    const hosts = join(keys, 'known_hosts')
    await writeFile(key, ended(credentials.privateKey), { mode: 0o600 })
    await writeFile(hosts, ended(credentials.knownHosts), { mode: 0o600 })
    return await use({ GIT_SSH_VARIANT: 'ssh', GIT_SSH_COMMAND: sshCommand(key, hosts) })
  } finally {
    await rm(keys, { recursive: true, force: true })
  }
}

function httpAccess(address: Address, credentials: Credentials | undefined): Record<string, string> {
  const authorization = basic(credentials)
  if (!authorization) return {}
  // git repeats its extra headers after a redirect, so with a password there must be none.
  const settings = [
    [`http.${new URL(address.target).origin}/.extraHeader`, `Authorization: Basic ${authorization}`],
    ['http.followRedirects', 'false'],
  ]
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(settings.length)],
    ...settings.flatMap(([key, value], i) => [
      [`GIT_CONFIG_KEY_${i}`, key],
      [`GIT_CONFIG_VALUE_${i}`, value],
    ]),
  ])
}

/** Nothing of the machine's own ssh set-up is used: no agent, no configuration, no known hosts. */
const sshCommand = (key: string, hosts: string): string =>
  [
    'ssh -F /dev/null -o BatchMode=yes -o ConnectTimeout=20',
    `-i ${quoted(key)} -o IdentitiesOnly=yes -o IdentityAgent=none`,
    `-o StrictHostKeyChecking=yes -o UserKnownHostsFile=${quoted(hosts)} -o GlobalKnownHostsFile=/dev/null`,
    '-o PermitLocalCommand=no -o ClearAllForwardings=yes',
  ].join(' ')

/** git hands GIT_SSH_COMMAND to a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** ssh refuses a key without a newline at its end, which is easily lost in a Secret. */
const ended = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`)
