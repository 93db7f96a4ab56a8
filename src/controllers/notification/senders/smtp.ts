import { factLines, headline } from '../message-text.ts'
import { type Sender, SendFailed } from '../sender.ts'

/** Plain text by e-mail, always over TLS. */
export const smtp: Sender = {
  type: 'smtp',
  together: 20,
  async send({ id, incidents }, { url, key, mail }, { mail: sendMail, signal }) {
    const [first] = incidents
    if (!mail || !first) throw new SendFailed('there is nobody to write to', false)
    const more = incidents.length > 1 ? ` and ${incidents.length - 1} more` : ''
    const parts = incidents.map(incident =>
      [headline(incident), ...factLines(incident), ...(incident.link ? [incident.link] : [])].join('\n'),
    )
    await sendMail({
      server: url,
      from: mail.from,
      to: mail.to,
      ...(mail.user === undefined ? {} : { user: mail.user, password: key ?? '' }),
      subject: headline(first).slice(0, 200) + more,
      text: `${parts.join('\n\n')}\n`,
      id,
      signal,
    })
  },
}
