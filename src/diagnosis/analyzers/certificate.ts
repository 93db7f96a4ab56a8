import { type Analyzer, strengths } from './analyzer.ts'
import { called, fieldOf, listed, plain, quoted, sentences } from './wording.ts'

const expiries = [
  'cert-manager.io/not-after',
  'auth.openshift.io/certificate-not-after',
  'service.beta.openshift.io/expiry',
  'keelway.dev/certificate-not-after',
]

/** A certificate that is expired, about to, or was never issued. Values of Secrets are not known; what annotations say is. */
export const certificate: Analyzer = {
  name: 'certificate',
  finds: 'A certificate is expired, ends within a week, or cannot be issued.',
  unless: 'It was renewed since, or nothing tells when the cluster was looked at.',
  rules: ['certificate-expired', 'certificate-ends-soon', 'certificate-not-issued'],
  *look({ cluster }) {
    const told = [
      ...cluster.all('Certificate').flatMap(object =>
        object.status?.notAfter === undefined
          ? []
          : [
              {
                object,
                end: object.status.notAfter,
                of: object.spec?.dnsNames ?? [],
                path: 'status.notAfter',
              },
            ],
      ),
      ...cluster.all('Secret').flatMap(object =>
        expiries.flatMap(name => {
          const end = Date.parse(object.metadata.annotations.get(name) ?? '')
          return Number.isNaN(end) ? [] : [{ object, end, of: [] as string[], path: `annotation ${name}` }]
        }),
      ),
    ]
    for (const { object, end, of, path } of told) {
      if (cluster.at === undefined || end - cluster.at > 7 * 86_400_000) continue
      const expired = end <= cluster.at
      yield {
        rule: expired ? 'certificate-expired' : 'certificate-ends-soon',
        object,
        class: 'certificate',
        statement: sentences(
          `${called(object)}${
            of.length > 0
              ? ` for ${listed(
                  of.map(name => plain(name)),
                  3,
                )}`
              : ''
          } ${expired ? 'expired' : 'expires'} at ${new Date(end).toISOString()}, ${expired ? 'so clients refuse connections (certificate has expired)' : 'within a week'}`,
        ),
        strength: expired ? strengths.broken : 0.28,
        observed: expired,
        outside: true,
        evidence: [fieldOf(object, path, new Date(end).toISOString())],
      }
    }
    for (const object of cluster.all('Certificate')) {
      const ready = object.status?.conditions.find(({ type }) => type === 'Ready')
      if (ready?.status !== 'False') continue
      yield {
        rule: 'certificate-not-issued',
        object,
        class: 'certificate',
        statement: sentences(
          `${called(object)} is not ready, so Secret ${quoted(object.spec?.secretName ?? '')} has no valid certificate: ${plain(ready.message ?? ready.reason ?? '', 200)}`,
        ),
        strength: strengths.likely,
        observed: true,
        outside: true,
        evidence: [fieldOf(object, 'status.conditions Ready', `False ${ready.message ?? ''}`)],
      }
    }
  },
}
