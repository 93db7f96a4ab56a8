import type { Incident } from '../../api/kinds/incident.ts'
import type { NotificationChannel } from '../../api/kinds/notification-channel.ts'

/**
 * Brings a message to where people read it: one file a type of channel. What a receiver has taken it answers for; a
 * message may come again with the same id when a crash hid that.
 * Implementations pass `sender.contract.ts`.
 */
export interface Sender {
  type: NotificationChannel['spec']['type']
  /** Where it goes when the channel names no endpoint. */
  endpoint?: string
  /** Incidents that one message may be about. */
  together: number
  /** @throws SendFailed when it was not taken; its message holds no secret and no URL. */
  send(message: Message, to: Destination, tools: Tools): Promise<void>
}

export interface Message {
  /** The same when it is sent again. */
  id: string
  incidents: readonly ToldIncident[]
}

export interface ToldIncident {
  name: string
  namespace: string
  uid: string
  title: string
  severity: 'page' | 'ticket'
  phase: 'Open' | 'Recovering' | 'Closed'
  services: readonly string[]
  /** What is wrong, in words, those that go on first; 10 at most. */
  symptoms: readonly string[]
  /** What happened since the last message, oldest first. */
  entries: NonNullable<NonNullable<Incident['status']>['timeline']>
  startedAt: string
  openedAt: string
  closedAt?: string
  acknowledgedBy?: string
  reopened: number
  /** Where to look it up. */
  link?: string
}

export interface Destination {
  url: URL
  /** What a webhook is signed with, a routing key, or a password. */
  key?: string
  mail?: NonNullable<NotificationChannel['spec']['mail']>
}

/** What reaches the network, handed in. */
export interface Tools {
  post: Post
  mail: SendMail
  /** Milliseconds since the Unix epoch. */
  now: number
  signal: AbortSignal
}

/** POSTs a body and says what was answered; redirects are not followed. @throws SendFailed without an answer */
export type Post = (request: {
  url: URL
  headers: Readonly<Record<string, string>>
  body: string
  signal: AbortSignal
}) => Promise<{ status: number; retryAfterMs?: number }>

/** Hands an e-mail to a server over TLS. @throws SendFailed */
export type SendMail = (mail: {
  server: URL
  user?: string
  password?: string
  from: string
  to: readonly string[]
  subject: string
  text: string
  /** Before the @ of its Message-ID. */
  id: string
  signal: AbortSignal
}) => Promise<void>

export class SendFailed extends Error {
  override readonly name = 'SendFailed'
  /** Whether the same may be taken later. */
  readonly retryable: boolean
  readonly retryAfterMs: number
  constructor(message: string, retryable: boolean, retryAfterMs = 0) {
    super(message)
    this.retryable = retryable
    this.retryAfterMs = retryAfterMs
  }
}

/** @throws SendFailed when an answer says that the message was not taken */
export function checkTaken({ status, retryAfterMs = 0 }: Awaited<ReturnType<Post>>): void {
  if (status >= 200 && status < 300) return
  const later = status === 408 || status === 429 || status >= 500
  throw new SendFailed(`the endpoint answered with status ${status}`, later, retryAfterMs)
}
