import { expect, test } from 'vitest'
import { apiVersionOf, type Kind } from '../../api/kind.ts'
import { Namespace, Secret } from '../../api/kinds/core.ts'
import { Incident } from '../../api/kinds/incident.ts'
import { NotificationChannel } from '../../api/kinds/notification-channel.ts'
import { seededRandom } from '../../lib/random.ts'
import { type IncidentWorld, incidentWorld } from '../incident/incident.world.ts'
import { notificationChannelReconciler } from './notification-channel.ts'
import { type Message, type Sender, SendFailed } from './sender.ts'

const minute = 60_000

/** Keeps what it is given, or fails as it is told. */
interface Ear extends Sender {
  heard: Message[]
  fail: SendFailed | undefined
}

async function world(channels: Record<string, object>, together = 20) {
  const ear: Ear = {
    type: 'webhook',
    together,
    heard: [],
    fail: undefined,
    async send(message) {
      if (ear.fail) throw ear.fail
      ear.heard.push(structuredClone(message))
    },
  }
  const never = async () => Promise.reject(new Error('not here'))
  const made = await incidentWorld(() => [
    notificationChannelReconciler({
      senders: [ear],
      post: never,
      mail: never,
      random: seededRandom(1),
    }) as never,
  ])
  for (const [name, spec] of Object.entries(channels))
    await place(made, NotificationChannel, name, { spec: { ...calm, ...spec } })
  return Object.assign(made, { ear })
}

const calm = { type: 'webhook', endpoint: 'https://example.com/hook' }

async function place(
  { client, advance }: IncidentWorld,
  kind: Kind,
  name: string,
  content: object,
  namespace = 'default',
) {
  const metadata = kind === Namespace ? { name } : { name, namespace }
  await client.create(kind, { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, ...content })
  await advance(1000)
}

const whats = ({ heard }: Ear) =>
  heard.map(({ incidents }) => incidents.map(({ entries }) => entries.map(({ what }) => what).join('+')))
const channel = ({ client }: IncidentWorld) => client.get(NotificationChannel, 'c', 'default')
const readyOf = async (at: IncidentWorld) => {
  const { status } = await channel(at)
  const { reason, message } = status?.conditions?.find(({ type }) => type === 'Ready') ?? {}
  return `${reason}: ${message}`
}

test('each transition is told once, also after a restart', async () => {
  await using at = await world({ c: { link: 'https://keelway.example.com/' } })
  await at.tell('a')
  await at.advance(10_000)
  await at.restart()
  await at.advance(2 * minute)
  await at.tell('a', { until: at.clock.now() })
  await at.advance(10_000)
  await at.restart()
  await at.advance(20 * minute)
  expect(whats(at.ear)).toEqual([['Opened'], ['Recovering'], ['Closed']])
  const [incident] = await at.incidents()
  expect(at.ear.heard[0]?.incidents[0]).toMatchObject({
    severity: 'page',
    link: `https://keelway.example.com/incidents/default/${incident?.metadata.name}`,
  })
  expect(new Set(at.ear.heard.map(({ id }) => id)).size).toBe(3)
  expect(incident?.status?.notified).toMatchObject([
    { channel: 'default/c', number: incident?.status?.timeline?.at(-1)?.number },
  ])
}, 20_000)

test('what comes together is one message, but a page that opens waits for nothing', async () => {
  await using at = await world({ c: { minimumInterval: '5m' } })
  await at.tell('a', { severity: 'warning' })
  await at.advance(10_000)
  await at.tell('b', { severity: 'warning', resource: { service: 'search' } })
  await at.tell('c', { severity: 'warning', resource: { service: 'cart' } })
  await at.advance(minute)
  expect(whats(at.ear)).toEqual([['Opened']])
  await at.tell('d', { resource: { service: 'login' } })
  await at.advance(10_000)
  expect(whats(at.ear)).toEqual([['Opened'], ['Opened']])
  await at.advance(6 * minute)
  expect(whats(at.ear).at(-1)).toEqual(['Opened', 'Opened'])
})

test('tickets wait for the end of quiet hours, pages do not', async () => {
  // The clock stands at midnight UTC, one in the morning in Berlin.
  const quietHours = { from: '22:00', to: '01:30', timeZone: 'Europe/Berlin' }
  await using at = await world({ c: { quietHours } })
  await at.tell('a', { severity: 'warning' })
  await at.tell('b', { resource: { service: 'search' } })
  await at.advance(10 * minute)
  expect(at.ear.heard.flatMap(({ incidents }) => incidents.map(({ severity }) => severity))).toEqual(['page'])
  await at.advance(25 * minute)
  expect(at.ear.heard.flatMap(({ incidents }) => incidents.map(({ severity }) => severity))).toEqual([
    'page',
    'ticket',
  ])
}, 20_000)

test('a channel tells of the severities, services and namespaces that it names', async () => {
  await using at = await world({
    pages: { severities: ['page'] },
    search: { services: ['search'] },
    all: { namespaces: ['*'] },
  })
  await place(at, Namespace, 'shop', {})
  await place(at, NotificationChannel, 'curious', { spec: { ...calm, namespaces: ['default'] } }, 'shop')
  await at.tell('a', { severity: 'warning' })
  await at.advance(10_000)
  expect(at.ear.heard.length, 'all').toBe(1)
  await at.tell('b', { resource: { service: 'search' } })
  await at.advance(minute)
  expect(at.ear.heard.length, 'all, pages and search').toBe(4)
  await at.tell('c', { resource: { service: 'cart', namespace: 'shop' } })
  await at.advance(minute)
  expect(at.ear.heard.length, 'all, since the channel of shop names another namespace').toBe(5)
  const { status } = await at.client.get(NotificationChannel, 'curious', 'shop')
  expect(status?.conditions?.find(({ type }) => type === 'Stalled')?.reason).toBe('NotAllowed')
})

test('a message that fails is tried again, later and later, and told once', async () => {
  await using at = await world({ c: {} })
  at.ear.fail = new SendFailed('the endpoint answered with status 503', true)
  await at.tell('a')
  await at.advance(10 * minute)
  const { status } = await channel(at)
  expect(await readyOf(at)).toBe('SendFailed: the endpoint answered with status 503')
  expect(status?.failures).toBeGreaterThan(4)
  expect(status?.failures).toBeLessThan(12)
  at.ear.fail = undefined
  await at.advance(5 * minute)
  expect(whats(at.ear)).toEqual([['Opened']])
  expect(await readyOf(at)).toBe('Reachable: 1 message sent')
})

test('a channel without its Secret says which one is missing; what a Secret holds stands nowhere', async () => {
  const secret = 'https://hooks.example.com/services/T0/hunter2'
  await using at = await world({})
  const spec = { type: 'webhook', endpointFrom: { name: 's', key: 'url' }, key: { name: 's', key: 'sign' } }
  await place(at, NotificationChannel, 'c', { spec })
  expect(await readyOf(at)).toBe(
    'SecretMissing: spec.endpointFrom names key url of Secret default/s, which is not there',
  )
  at.ear.fail = new SendFailed('the endpoint answered with status 404', false)
  await place(at, Secret, 's', { stringData: { url: secret, sign: 'hunter3' } })
  await at.tell('a')
  await at.advance(minute)
  expect(await readyOf(at)).toBe('Refused: the endpoint answered with status 404')
  const everything = JSON.stringify([await channel(at), await at.client.list(Incident)])
  expect(everything).not.toMatch(/hunter|hooks\.example/)
})

test('a channel that is suspended tells nothing, nor later what happened meanwhile', async () => {
  await using at = await world({ c: { suspend: true } })
  await at.tell('a')
  await at.advance(10_000)
  await at.client.patch(NotificationChannel, 'c', 'default', { spec: { suspend: false } })
  await at.tell('b', { resource: { service: 'search' } })
  await at.advance(minute)
  expect(at.ear.heard.flatMap(({ incidents }) => incidents.map(({ title }) => title))).toEqual([
    'search: 7 % of requests fail',
  ])
})

test('a channel says that its time zone is none', async () => {
  await using at = await world({
    c: { quietHours: { from: '22:00', to: '06:00', timeZone: 'Mars/Olympus' } },
  })
  expect(await readyOf(at)).toMatch(/^BadTimeZone: /)
})

test('each incident is a message of its own where receivers group them', async () => {
  await using at = await world({ c: {} }, 1)
  await at.tell('a', { severity: 'warning' })
  await at.tell('b', { severity: 'warning', resource: { service: 'search' } })
  await at.advance(15_000)
  expect(whats(at.ear)).toEqual([['Opened'], ['Opened']])
})
