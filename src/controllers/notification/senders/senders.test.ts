import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeAuthority, makeServerCertificate } from '../../../server/certificate-making.ts'
import { httpPost } from '../http-post.ts'
import { smtpMail } from '../mail.ts'
import { httpReceiver, mailReceiver, type Received } from '../receiver.world.ts'
import { type Receiver, senderContract, told } from '../sender.contract.ts'
import type { Tools } from '../sender.ts'
import { senders } from './index.ts'
import { pagerduty } from './pagerduty.ts'
import { slack } from './slack.ts'
import { smtp } from './smtp.ts'
import { webhook } from './webhook.ts'

const tools: Tools = {
  post: httpPost(fetch),
  mail: smtpMail(),
  now: Date.UTC(2026, 0, 5, 10, 15),
  signal: new AbortController().signal,
}
const validity = { notBefore: new Date('2020-01-01'), notAfter: new Date('2049-01-01') }
const certificates = async () => {
  const authority = await makeAuthority(validity)
  const pair = await makeServerCertificate(authority, ['localhost'], validity)
  return { ca: authority.cert, key: pair.key, cert: pair.cert }
}

const overHttp = async (): Promise<Receiver> => {
  const receiver = await httpReceiver()
  return {
    to: { url: new URL(`${receiver.url}/hook/s3cret`), key: 's3cret' },
    texts: () => receiver.received.map(({ body }) => body),
    refuse: how => receiver.answer(how === undefined ? 202 : how === 'forever' ? 404 : 503),
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  }
}

const byMail = (secure: boolean) => async (): Promise<Receiver> => {
  const { ca, ...identity } = await certificates()
  const receiver = await mailReceiver(identity, secure)
  const mail = { from: 'keelway@example.com', to: ['ops@example.com'], user: 'keelway' }
  return {
    to: { url: new URL(receiver.url), key: 's3cret', mail },
    texts: () => receiver.received.map(decoded),
    refuse: how => receiver.refuse(how === undefined ? undefined : how === 'forever' ? 550 : 451),
    ca,
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  }
}

/** Quoted-printable (RFC 2045). */
const decoded = (message: string): string =>
  Buffer.from(
    message
      .replace(/=\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString()

for (const sender of senders) if (sender.type !== 'smtp') senderContract(sender, overHttp)
senderContract(smtp, byMail(true))
senderContract(smtp, byMail(false))

test('a webhook is signed as Standard Webhooks say', async () => {
  await using receiver = await httpReceiver()
  const key = `whsec_${Buffer.from('a key of some length').toString('base64')}`
  await webhook.send({ id: 'msg_7', incidents: [told()] }, { url: new URL(receiver.url), key }, tools)
  const [{ headers = {}, body = '' } = {}] = receiver.received as [Partial<Received>?]
  const signed = `msg_7.${headers['webhook-timestamp']}.${body}`
  const expected = createHmac('sha256', 'a key of some length').update(signed).digest('base64')
  expect(headers['webhook-id']).toBe('msg_7')
  expect(headers['webhook-signature']).toBe(`v1,${expected}`)
  expect(JSON.parse(body)).toMatchObject({
    type: 'incident.changed',
    data: { incidents: [{ uid: 'uid-1' }] },
  })
})

test('Slack gets blocks within its limits, in which words of others mention nobody', async () => {
  await using receiver = await httpReceiver()
  const symptoms = Array.from({ length: 10 }, () => '<@U1> & '.repeat(100))
  await slack.send({ id: 'm', incidents: [told({ symptoms })] }, { url: new URL(receiver.url) }, tools)
  const { text, blocks } = JSON.parse(receiver.received[0]?.body ?? '')
  expect(text).toBe('[page · open] checkout: &lt;!channel&gt; 7 % of requests &amp; more fail')
  expect(blocks[0].text.text.length).toBeLessThanOrEqual(150)
  expect(blocks[1].text.text.length).toBeLessThanOrEqual(3000)
  expect(blocks[1].text.text).not.toContain('<@')
  expect(blocks[1].text.text).toMatch(/<https:\/\/keelway\.example\.com[^>]*\|Look it up>$/)
})

test('PagerDuty is called by what opens, is told who is at it, and resolves what closes', async () => {
  await using receiver = await httpReceiver()
  const to = { url: new URL(receiver.url), key: 'routing' }
  const entry = (what: 'Opened' | 'Acknowledged' | 'Recovering' | 'Closed') => ({
    number: 1,
    at: '2026-01-05T10:14:00.000Z',
    what,
    message: '',
  })
  for (const what of ['Opened', 'Acknowledged', 'Recovering', 'Closed'] as const) {
    const phase = what === 'Closed' ? 'Closed' : 'Open'
    await pagerduty.send({ id: 'm', incidents: [told({ phase, entries: [entry(what)] })] }, to, tools)
  }
  const events = receiver.received.map(({ body }) => JSON.parse(body))
  expect(events.map(({ event_action, dedup_key }) => [event_action, dedup_key])).toEqual([
    ['trigger', 'keelway/uid-1'],
    ['acknowledge', 'keelway/uid-1'],
    ['resolve', 'keelway/uid-1'],
  ])
  expect(events[0]).toMatchObject({
    routing_key: 'routing',
    payload: { severity: 'critical', source: 'checkout', timestamp: '2026-01-05T10:14:00.000Z' },
    links: [{ href: told().link }],
  })
})

test.each([true, false])(
  'no password is said before the connection is encrypted (TLS at once: %s)',
  async secure => {
    const { ca, ...identity } = await certificates()
    await using receiver = await mailReceiver(identity, secure)
    const mail = { from: 'keelway@example.com', to: ['ops@example.com'], user: 'keelway' }
    const to = { url: new URL(receiver.url), key: 's3cret', mail }
    await smtp.send({ id: 'msg_9', incidents: [told()] }, to, { ...tools, mail: smtpMail({ ca }) })
    expect(
      receiver.said.filter(({ line }) => /^(AUTH|MAIL)/.test(line)).every(({ encrypted }) => encrypted),
    ).toBe(true)
    expect(receiver.received[0]).toContain('Message-ID: <msg_9@keelway>')
    expect(receiver.received[0]).toContain('To: ops@example.com')
    const unknown = smtp.send({ id: 'm', incidents: [told()] }, to, tools)
    await expect(unknown, 'whose certificate nobody vouches for').rejects.toThrow(
      /mail server did not take it/,
    )
  },
)
