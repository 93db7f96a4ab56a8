import { afterAll, describe, expect, test } from 'vitest'
import { httpPost } from './http-post.ts'
import { smtpMail } from './mail.ts'
import { type Destination, type Sender, SendFailed, type ToldIncident, type Tools } from './sender.ts'

/** Where messages of one type arrive in a test. */
export interface Receiver extends AsyncDisposable {
  to: Destination
  /** Texts of the messages that arrived, decoded. */
  texts(): string[]
  /** Takes no message, once and for all or only now. */
  refuse(how: 'forever' | 'for now' | undefined): void
  /** A certificate to trust. */
  ca?: string
}

export const told = (given: Partial<ToldIncident> = {}): ToldIncident => ({
  name: 'checkout-1',
  namespace: 'shop',
  uid: 'uid-1',
  title: 'checkout: <!channel> 7 % of requests & more fail',
  severity: 'page',
  phase: 'Open',
  services: ['checkout'],
  symptoms: ['HighErrorRate: 7 % of requests fail'],
  entries: [{ number: 1, at: '2026-01-05T10:14:00.000Z', what: 'Opened', message: 'opened' }],
  startedAt: '2026-01-05T10:14:00.000Z',
  openedAt: '2026-01-05T10:14:05.000Z',
  reopened: 0,
  link: 'https://keelway.example.com/incidents/shop/checkout-1',
  ...given,
})

/** What every sender does, at real sockets. */
export function senderContract(sender: Sender, start: () => Promise<Receiver>): void {
  describe(`the sender of type ${sender.type}`, async () => {
    const receiver = await start()
    afterAll(() => receiver[Symbol.asyncDispose]())
    const tools = (signal: AbortSignal): Tools => ({
      post: httpPost(fetch),
      mail: smtpMail(receiver.ca === undefined ? {} : { ca: receiver.ca }),
      now: Date.UTC(2026, 0, 5, 10, 15),
      signal,
    })
    const live = new AbortController().signal
    const send = (to = receiver.to, signal = live) =>
      sender.send({ id: 'msg_1', incidents: [told()] }, to, tools(signal))
    const failure = async (sending: Promise<void>): Promise<SendFailed> => {
      const error = await sending.then(
        () => undefined,
        thrown => thrown,
      )
      expect(error).toBeInstanceOf(SendFailed)
      return error as SendFailed
    }

    test('says what is wrong, how bad it is and where to look', async () => {
      receiver.refuse(undefined)
      await send()
      const text = receiver.texts().at(-1)
      expect(text).toContain('7 % of requests')
      expect(text).toContain('https://keelway.example.com/incidents/shop/checkout-1')
      expect(text).toMatch(/page|critical/)
    })

    test('tells what may be taken later from what never will, and repeats nothing of the answer', async () => {
      receiver.refuse('for now')
      const later = await failure(send())
      receiver.refuse('forever')
      const never = await failure(send())
      receiver.refuse(undefined)
      expect([later.retryable, never.retryable]).toEqual([true, false])
      expect(later.message + never.message).not.toMatch(/hunter2|localhost|127\.0\.0\.1|s3cret/)
    })

    test('may be tried again when nobody answers, and does not say where', async () => {
      const url = new URL(receiver.to.url)
      url.port = '9'
      const { retryable, message } = await failure(send({ ...receiver.to, url }))
      expect(retryable).toBe(true)
      expect(message).not.toMatch(/localhost|127\.0\.0\.1|s3cret/)
    })

    test('stops when it is told to', async () => {
      const stopped = AbortSignal.abort(new Error('stopped'))
      await expect(send(receiver.to, stopped)).rejects.toThrow('stopped')
    })
  })
}
