import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import { writePrivateFile } from './private-file.ts'

/** PEM texts. */
export interface ServerCertificate {
  ca: string
  cert: string
  key: string
}

const day = 86_400_000
const caDays = 3650
/** Below the 398 days that some clients accept at most. */
const serverDays = 397
const renewDays = 30

const fileNames = { ca: 'ca.crt', caKey: 'ca.key', cert: 'server.crt', key: 'server.key' }

/**
 * The server's certificate and the CA that signed it, from a folder; made when absent, when near their end, or when a
 * host is missing. The CA stays as long as it is good, so that kubeconfigs do.
 * @param hosts DNS names and IP addresses clients use
 */
export async function serverCertificate(
  folder: string,
  hosts: readonly string[],
  clock: Clock,
): Promise<ServerCertificate> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = read(folder)
  const now = clock.now()
  if (found && isGood(found.ca, now) && fits(found, hosts, now)) return found
  // Seldom needed, and slow to load.
  const { makeAuthority, makeServerCertificate } = await import('./certificate-making.ts')
  const window = (days: number) => ({ notBefore: new Date(now - day), notAfter: new Date(now + days * day) })
  const authority =
    found && isGood(found.ca, now)
      ? { cert: found.ca, key: found.caKey }
      : await makeAuthority(window(caDays))
  const made = await makeServerCertificate(authority, hosts, window(serverDays))
  const pair = { ca: authority.cert, caKey: authority.key, ...made }
  // The certificate comes last: without it a half-written folder is seen as empty.
  for (const part of ['caKey', 'ca', 'key', 'cert'] as const)
    writePrivateFile(join(folder, fileNames[part]), pair[part])
  return pair
}

type Files = Record<keyof typeof fileNames, string>

function read(folder: string): Files | undefined {
  const parts = Object.entries(fileNames).map(([part, name]) => [part, join(folder, name)] as const)
  if (!parts.every(([, file]) => existsSync(file))) return undefined
  return Object.fromEntries(parts.map(([part, file]) => [part, readFileSync(file, 'utf8')])) as Files
}

const isGood = (pem: string, now: number): boolean =>
  Date.parse(new X509Certificate(pem).validTo) > now + renewDays * day

function fits({ ca, cert, key }: Files, hosts: readonly string[], now: number): boolean {
  const certificate = new X509Certificate(cert)
  return (
    isGood(cert, now) &&
    certificate.verify(new X509Certificate(ca).publicKey) &&
    certificate.checkPrivateKey(createPrivateKey(key)) &&
    hosts.every(host => (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)))
  )
}
