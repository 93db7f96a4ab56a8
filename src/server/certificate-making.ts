import { createPrivateKey, KeyObject, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import 'reflect-metadata'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

export interface Validity {
  notBefore: Date
  notAfter: Date
}

/** PEM texts. */
export interface Pair {
  cert: string
  key: string
}

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' }
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' }

/** A certificate authority of our own: X.509 v3 with ECDSA on P-256 (RFC 5280, RFC 5480). */
export async function makeAuthority(validity: Validity): Promise<Pair> {
  const keys = await newKeys()
  const cert = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: 'CN=keelway-ca',
    keys,
    signingAlgorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return pairOf(cert, keys)
}

/** A server certificate for these hosts (RFC 6125: they stand in the subjectAltName). */
export async function makeServerCertificate(
  authority: Pair,
  hosts: readonly string[],
  validity: Validity,
): Promise<Pair> {
  const issuer = new X509Certificate(authority.cert)
  const issuerKey = issuer.getExtension(SubjectKeyIdentifierExtension)?.keyId ?? ''
  const keys = await newKeys()
  const cert = await X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=keelway-apiserver',
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey: createPrivateKey(authority.key).toCryptoKey(keyAlgorithm, false, ['sign']),
    signingAlgorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(hosts.map(value => ({ type: isIP(value) ? 'ip' : 'dns', value }))),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      new AuthorityKeyIdentifierExtension(issuerKey),
    ],
  })
  return pairOf(cert, keys)
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify'])

const pairOf = (cert: X509Certificate, keys: webcrypto.CryptoKeyPair): Pair => ({
  cert: `${cert.toString('pem')}\n`,
  key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
})
