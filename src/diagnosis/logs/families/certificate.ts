import { addressIn } from '../address.ts'
import type { Family } from '../family.ts'

const expired =
  /certificate[^.]{0,80}(?:has )?expired|CERT_HAS_EXPIRED|cert(?:ificate)? is (?:not yet valid|expired)|ExpiredCert\w{0,20}|NotAfter|certificate will expire|not valid after/i
const untrusted =
  /unknown authority|self[- ]signed certificate|unable to (?:verify|get local issuer)|PKIX path|certificate verify failed|SEC_ERROR_UNKNOWN_ISSUER|SSLHandshakeException|UNABLE_TO_VERIFY_LEAF|DEPTH_ZERO_SELF_SIGNED|x509: certificate signed/i
const wrongHost =
  /certificate is (?:not )?valid for|doesn'?t match (?:any of the )?(?:subject|host|certificate)|hostname.{0,60}(?:mismatch|not match)|Hostname\/IP does not match|ERR_TLS_CERT_ALTNAME_INVALID|no alternative certificate subject name/i
const handshake =
  /(?:TLS|SSL) handshake (?:failed|failure|error|timeout)|handshake_failure|tls: (?:bad certificate|unsupported|protocol version|internal error)|wrong version number|x509:/i

/** A certificate is expired, not trusted, or of another host. */
export const certificate: Family = {
  name: 'certificate',
  class: 'certificate',
  words: ['cert', 'x509', 'pkix', 'ssl', 'tls', 'handshake', 'hostname'],
  read(text) {
    const what = expired.test(text)
      ? {
          how: 'a certificate has expired',
          fix: 'Renew the certificate and see why it was not renewed by itself (cert-manager, its issuer), and check the clock.',
        }
      : wrongHost.test(text)
        ? {
            how: 'the certificate is for another host name',
            fix: 'Issue the certificate for the name that clients use, or call it by the name that it is for.',
          }
        : untrusted.test(text)
          ? {
              how: 'a certificate is not trusted (unknown authority)',
              fix: 'Put the issuing CA into the trust store of the client, or send the whole chain.',
            }
          : handshake.test(text)
            ? {
                how: 'the TLS handshake fails',
                fix: 'Compare TLS versions, ciphers and certificates of both sides, and that the port speaks TLS.',
              }
            : undefined
    if (!what) return undefined
    const address = addressIn(text)
    const date = /(?:expired on|after|until|NotAfter[=: ]{1,3}) ?(\d{4}-\d\d-\d\d[T ]?[\d:]{0,8}Z?)/i.exec(
      text,
    )?.[1]
    return {
      means: `fails on TLS${address ? ` with ${address.text}` : ''}: ${what.how}${date ? ` (${date})` : ''}`,
      fix: what.fix,
      tells: 0.9,
    }
  },
}
