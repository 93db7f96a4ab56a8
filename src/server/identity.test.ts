import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { needs, program } from '../../test/needs.ts'
import { FakeClock } from '../lib/clock.fake.ts'
import { serverCertificate } from './certificates.ts'
import { encryptingCodec, encryptionKey } from './codec.ts'
import { temporaryDirectory } from './served.fake.ts'
import { openTokens } from './tokens.ts'

const day = 86_400_000

describe('tokens', () => {
  test('a token names its user, in this process and in others, and stands nowhere', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'tokens')
    const running = openTokens(file, new FakeClock())
    expect(running.authenticate('kw_nothing')).toBeUndefined()
    const alice = openTokens(file, new FakeClock()).create('alice')
    const bob = running.create('bob')
    expect(running.authenticate(alice)?.name).toBe('alice')
    expect(running.authenticate(bob)?.name).toBe('bob')
    expect(running.authenticate(`${bob}x`)).toBeUndefined()
    expect(readFileSync(file, 'utf8')).not.toContain(alice)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(() => running.create('two words')).toThrow('is not a user name')
  })

  test('a line that a crash cut off costs that token alone', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'tokens')
    const before = openTokens(file, new FakeClock()).create('alice')
    appendFileSync(file, '{"hash":"00')
    const after = openTokens(file, new FakeClock()).create('bob')
    const tokens = openTokens(file, new FakeClock())
    expect([tokens.authenticate(before)?.name, tokens.authenticate(after)?.name]).toEqual(['alice', 'bob'])
  })
})

describe('the codec of secrets', () => {
  const key = { resource: 'secrets', namespace: 'a', name: 'b' }
  test('what went in comes out, under its own name alone', () => {
    const codec = encryptingCodec(new Uint8Array(32).fill(7))
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (text, at) => {
        const value = codec.encode(key, text)
        expect(codec.decode(key, value)).toBe(text)
        expect(codec.encode(key, text)).not.toBe(value)
        expect(() => codec.decode({ ...key, name: 'c' }, value)).toThrow('cannot decrypt secrets a/c')
        expect(() => codec.decode({ ...key, namespace: '', name: 'a/b' }, value)).toThrow('cannot decrypt')
        const cut = Buffer.from(value.slice(14), 'base64')
        cut[at % cut.length] = (cut[at % cut.length] ?? 0) ^ 1
        expect(() => codec.decode(key, value.slice(0, 14) + cut.toString('base64'))).toThrow('cannot decrypt')
      }),
    )
  })

  test('the key file is made once, and never replaced when it is broken', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'encryption.key')
    const made = encryptionKey(file)
    expect(encryptionKey(file)).toEqual(made)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    writeFileSync(file, 'short')
    expect(() => encryptionKey(file)).toThrow('restore the file from a backup')
  })
})

describe('certificates', () => {
  const hosts = ['localhost', 'box.example', '127.0.0.1', '::1', 'fe80::1:2']

  test('the certificate is for its hosts and signed by the CA', async () => {
    await using directory = await temporaryDirectory()
    const { ca, cert, key } = await serverCertificate(directory.path, hosts, new FakeClock())
    const [authority, certificate] = [new X509Certificate(ca), new X509Certificate(cert)]
    expect(certificate.verify(authority.publicKey)).toBe(true)
    expect(certificate.checkIssued(authority)).toBe(true)
    expect([authority.ca, certificate.ca]).toEqual([true, false])
    expect(key).toContain('BEGIN PRIVATE KEY')
    expect(hosts.map(host => certificate.checkHost(host) ?? certificate.checkIP(host))).toEqual(hosts)
    expect(certificate.checkHost('other.example')).toBeUndefined()
  })

  const openssl = program('openssl')
  needs('openssl', openssl)('it holds under the strict reading of RFC 5280', async () => {
    await using directory = await temporaryDirectory()
    await serverCertificate(directory.path, hosts, new FakeClock())
    const words = 'verify -x509_strict -no_check_time -purpose sslserver -CAfile ca.crt server.crt'
    const said = execFileSync(openssl ?? '', words.split(' '), { cwd: directory.path, encoding: 'utf8' })
    expect(said).toBe('server.crt: OK\n')
  })

  test('it is used again until it nears its end or lacks a host; the CA stays', async () => {
    await using directory = await temporaryDirectory()
    const clock = new FakeClock()
    const first = await serverCertificate(directory.path, hosts, clock)
    clock.advance(300 * day)
    expect(await serverCertificate(directory.path, hosts, clock)).toMatchObject(first)
    const more = await serverCertificate(directory.path, [...hosts, 'new.example'], clock)
    expect([more.ca === first.ca, more.cert === first.cert]).toEqual([true, false])
    clock.advance(380 * day)
    const later = await serverCertificate(directory.path, hosts, clock)
    expect([later.ca === first.ca, later.cert === more.cert]).toEqual([true, false])
    clock.advance(3000 * day)
    expect((await serverCertificate(directory.path, hosts, clock)).ca).not.toBe(first.ca)
  })
})
