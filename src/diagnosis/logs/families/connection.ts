import { addressIn, isPublic } from '../address.ts'
import type { Family } from '../family.ts'

const refused = /connection refused|ECONNREFUSED|actively refused|No connection could be made/i
const reset =
  /connection reset|ECONNRESET|broken pipe|EPIPE|connection (?:was )?closed (?:by|unexpectedly|prematurely)|server closed the connection|socket hang up|unexpected EOF|lost connection/i
const timedOut =
  /connect(?:ion)? (?:attempt )?timed? ?out|ETIMEDOUT|ConnectTimeout|i\/o timeout|dial tcp .{0,120}timeout|connection timeout/i
const noRoute = /no route to host|EHOSTUNREACH|ENETUNREACH|network is unreachable|host is unreachable/i
const notConnected =
  /(?:can ?not|can't|could not|couldn't|unable to|failed to|failure to|fail(?:ed|ure) (?:while )?) ?(?:connect(?:ing)?|establish (?:a )?(?:new )?connection|open (?:a )?connection|reach|communicate)|connect(?:ion)? (?:to \S{1,200} )?failed|failed connect|connection error|All host\(s\) tried|NoHostAvailable|no available connection|(?:database|server|broker|redis|postgres\w*|mysql|mongo\w*|kafka|rabbitmq|host)[^\n]{0,80}\b(?:has become |is (?:currently )?|became )?unavailable\b|ServerSelectionTimeout|ServiceUnavailable/i

const ways = [
  { form: refused, how: 'refuses the connection', why: 'nothing listens there' },
  { form: noRoute, how: 'can not be reached', why: 'there is no route to it' },
  { form: timedOut, how: 'does not answer in time', why: 'the connection timed out' },
  { form: reset, how: 'breaks the connection off', why: 'it went away in the middle' },
  { form: notConnected, how: 'can not be reached', why: 'it failed to connect' },
] as const

/** Something that it calls does not answer. */
export const connection: Family = {
  name: 'connection',
  class: 'dependency',
  words: [
    'connect',
    'refused',
    'unreachable',
    'unavailable',
    'timeout',
    'broken pipe',
    'epipe',
    'route to host',
    'host',
    'socket hang up',
    'eof',
    'reach',
  ],
  read(text) {
    const way = ways.find(({ form }) => form.test(text))
    if (!way) return undefined
    const address = addressIn(text)
    const named = address
      ? undefined
      : /\bto (?:the )?((?:[a-z][\w-]{0,40} ){0,2}(?:database|api|server|broker|service|cluster|redis|kafka|postgres\w{0,5}|mysql|mongo\w{0,3}|cache|queue))\b/i.exec(
          text,
        )?.[1]
    const what = address?.text ?? named ?? 'something that it calls'
    const database =
      /\b(db|database|sql|postgres\w*|mysql|mongo\w*|cassandra|redis|oracle)\b|-db\b|db-/i.test(text)
    const outside = address && isPublic(address)
    return {
      means: `can not connect to ${database && !/db|database/i.test(what) ? 'the database ' : ''}${what}: it ${way.how} (${way.why})`,
      fix: outside
        ? `Check from inside the pod whether ${what} answers, and the egress rules; when it is down or under maintenance, its provider has to act and calls need retries with backoff.`
        : `Check that ${what} runs and listens, that its Service has endpoints, that host and port in the configuration are right and that no NetworkPolicy is in between.`,
      tells: address ? 0.9 : named ? 0.75 : 0.6,
      ...(outside && address && { external: address.host }),
    }
  },
}
