import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { isIP, isIPv4 } from 'node:net'
import {
  bits,
  boolean,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octets,
  sequence,
  set,
  time,
  utf8,
} from './der.ts'

export interface Validity {
  notBefore: Date
  notAfter: Date
}

/** PEM texts. */
export interface Pair {
  cert: string
  key: string
}

const authorityName = 'keelway-ca'

/** A certificate authority of our own: X.509 v3 with ECDSA on P-256 (RFC 5280, RFC 5480). */
export function makeAuthority(validity: Validity): Pair {
  const { publicKey, privateKey } = newKeys()
  const extensions = [
    extension(oid.basicConstraints, sequence(boolean(true), integer(Buffer.from([0]))), true),
    // keyCertSign and cRLSign
    extension(oid.keyUsage, bits(Buffer.from([0x06]), 1), true),
    extension(oid.subjectKeyIdentifier, octets(keyIdentifier(publicKey))),
  ]
  const cert = certificate({ subject: authorityName, publicKey, signer: privateKey, validity, extensions })
  return { cert, key: pemOf(privateKey) }
}

/** A server certificate for these hosts (RFC 6125: they stand in the subjectAltName). */
export function makeServerCertificate(authority: Pair, hosts: readonly string[], validity: Validity): Pair {
  const signer = createPrivateKey(authority.key)
  const { publicKey, privateKey } = newKeys()
  const extensions = [
    extension(oid.basicConstraints, sequence(), true),
    // digitalSignature
    extension(oid.keyUsage, bits(Buffer.from([0x80]), 7), true),
    extension(oid.extendedKeyUsage, sequence(objectIdentifier(oid.serverAuth))),
    extension(oid.subjectAltName, sequence(...hosts.map(generalName))),
    extension(oid.subjectKeyIdentifier, octets(keyIdentifier(publicKey))),
    extension(oid.authorityKeyIdentifier, sequence(implicit(0, keyIdentifier(createPublicKey(signer))))),
  ]
  const cert = certificate({ subject: 'keelway-apiserver', publicKey, signer, validity, extensions })
  return { cert, key: pemOf(privateKey) }
}

const oid = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const

interface Content {
  subject: string
  publicKey: KeyObject
  signer: KeyObject
  validity: Validity
  extensions: Buffer[]
}

/** RFC 5280 §4.1. */
function certificate({ subject, publicKey, signer, validity, extensions }: Content): string {
  const algorithm = sequence(objectIdentifier(oid.ecdsaWithSha256))
  const content = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    algorithm,
    distinguishedName(authorityName),
    sequence(time(validity.notBefore), time(validity.notAfter)),
    distinguishedName(subject),
    spkiOf(publicKey),
    explicit(3, sequence(...extensions)),
  )
  const signed = sequence(content, algorithm, bits(sign('sha256', content, signer)))
  const lines = signed.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })

/** Any value that tells keys apart (RFC 7093 §2, method 4). */
const keyIdentifier = (key: KeyObject): Buffer =>
  createHash('sha256').update(spkiOf(key)).digest().subarray(0, 20)

const distinguishedName = (commonName: string): Buffer =>
  sequence(set(sequence(objectIdentifier(oid.commonName), utf8(commonName))))

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(objectIdentifier(id), ...(critical ? [boolean(true)] : []), octets(value))

const generalName = (host: string): Buffer =>
  isIP(host) ? implicit(7, addressBytes(host)) : implicit(2, Buffer.from(host))

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = address.split('::')
  const groups = (text: string) =>
    text === '' ? [] : text.split(':').map(group => Number.parseInt(group, 16))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
  return Buffer.from(all.flatMap(group => [group >> 8, group & 0xff]))
}
