import { createTransport } from 'nodemailer'
import { SendFailed, type SendMail } from './sender.ts'

const answerMs = 15_000

/** Sends e-mail by SMTP: smtps:// speaks TLS at once, smtp:// must turn to it (STARTTLS) before anything is said. */
export const smtpMail =
  ({ ca }: { ca?: string } = {}): SendMail =>
  async ({ server, user, password, from, to, subject, text, id, signal }) => {
    signal.throwIfAborted()
    const secure = server.protocol === 'smtps:'
    const transport = createTransport({
      host: server.hostname.replace(/^\[|\]$/g, ''),
      port: Number(server.port) || (secure ? 465 : 587),
      secure,
      requireTLS: true,
      ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
      connectionTimeout: answerMs,
      greetingTimeout: answerMs,
      socketTimeout: answerMs,
      disableFileAccess: true,
      disableUrlAccess: true,
      tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
    })
    const { promise: stopped, reject } = Promise.withResolvers<never>()
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    try {
      const sent = transport.sendMail({ from, to: [...to], subject, text, messageId: `<${id}@keelway>` })
      await Promise.race([sent, stopped])
    } catch (error) {
      signal.throwIfAborted()
      throw failure(error)
    } finally {
      signal.removeEventListener('abort', stop)
      transport.close()
    }
  }

/** What servers answer may repeat what they were told; their numbers say enough. */
function failure(error: unknown): SendFailed {
  const { code = 'unknown', responseCode } = error as { code?: string; responseCode?: number }
  const answer = responseCode === undefined ? '' : `, status ${responseCode}`
  const refused = (responseCode !== undefined && responseCode >= 500) || code === 'EAUTH'
  return new SendFailed(`the mail server did not take it (${code}${answer})`, !refused)
}
