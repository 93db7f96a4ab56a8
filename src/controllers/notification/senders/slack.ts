import { factLines, headline } from '../message-text.ts'
import { checkTaken, type Sender, type ToldIncident } from '../sender.ts'

/** Limits of Block Kit: https://docs.slack.dev/reference/block-kit/blocks */
const headerLength = 150
const sectionLength = 3000

/** An incoming webhook of Slack, or of what understands the same blocks (Mattermost, Discord's /slack). */
export const slack: Sender = {
  type: 'slack',
  together: 10,
  async send({ incidents }, { url }, { post, signal }) {
    const [first] = incidents
    const more = incidents.length > 1 ? ` and ${incidents.length - 1} more` : ''
    const text = first ? escaped(headline(first)) + more : ''
    const body = JSON.stringify({ text, blocks: incidents.flatMap(blocks) })
    checkTaken(await post({ url, headers: { 'content-type': 'application/json' }, body, signal }))
  },
}

function blocks(incident: ToldIncident): object[] {
  const { link } = incident
  const facts = factLines(incident).map(line => escaped(line))
  const text = (link === undefined ? facts : [...facts, `<${link}|Look it up>`].slice(-40)).join('\n')
  return [
    { type: 'header', text: { type: 'plain_text', text: cut(headline(incident), headerLength) } },
    {
      type: 'section',
      text: { type: 'mrkdwn', text: text.length > sectionLength ? shortened(facts, link) : text },
    },
    { type: 'divider' },
  ]
}

/** The link stays whole whatever else has to go. */
const shortened = (facts: readonly string[], link: string | undefined): string => {
  const end = link === undefined ? '' : `\n<${link}|Look it up>`
  return cut(facts.join('\n'), sectionLength - end.length) + end
}

const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text

/** Words of others must not mention people or make links (https://docs.slack.dev/messaging/formatting-message-text). */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
