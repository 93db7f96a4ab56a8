import type { Signal } from '../signals/signal.ts'
import { cut } from './attributes.ts'
import type { IntakeRequest, PushSource } from './source.ts'
import { doubtSignature, webhook } from './webhook.ts'

/**
 * A format that something is told in at once, such as the results of a test run: it can be sent to a path of the intake
 * port, or lie in a folder. What it is about, where the report does not say so itself, comes with it.
 */
export interface Report {
  type: string
  summary: string
  /** Where it can be sent to. */
  path: string
  /** @throws Malformed naming the field */
  read(body: Uint8Array, about: ReportAbout, now: number): readonly Signal[]
}

export interface ReportAbout {
  service?: string
  namespace?: string
  version?: string
  /** The commit that was tested or scanned. */
  commit?: string
}

/** A report as a source that is written to: `POST /v1/junit?service=checkout&commit=4f2c…`. */
export const reportIntake = (report: Report): PushSource => {
  const { type, summary, path } = report
  return webhook({
    type,
    summary,
    paths: [path],
    read: (request, now) => report.read(request.body, aboutOf(request), now),
  })
}

/** The same, when the sender signs the body with HMAC-SHA-256 as hex in a header. */
export const signedReportIntake = (
  report: Report,
  { header, secret }: { header: string; secret: () => string | undefined },
): PushSource =>
  webhook({
    type: report.type,
    summary: report.summary,
    paths: [report.path],
    // Who sets no secret here lets the intake port's own token decide.
    provesSender: () => secret() !== undefined,
    doubt: request =>
      secret() === undefined ? undefined : doubtSignature(request, { header, prefix: '', secret: secret() }),
    read: (request, now) => report.read(request.body, aboutOf(request), now),
  })

const aboutOf = ({ query }: IntakeRequest): ReportAbout =>
  Object.fromEntries(
    (['service', 'namespace', 'version', 'commit'] as const).flatMap(name => {
      const value = query.get(name)
      return value ? [[name, cut(value, 256)]] : []
    }),
  )
