import { expect, test } from 'vitest'
import { z } from 'zod'
import { filled } from './fill.ts'
import type { KnownNames } from './names.ts'
import { slotsOf } from './slots.ts'

const known: KnownNames = {
  services: ['cart', 'search'],
  workloads: ['cart', 'worker'],
  routes: ['triage'],
  prompts: [],
  releases: [],
  models: [],
  deliveries: [],
  providers: [],
  namespaces: ['shop'],
  incidents: ['cart-3f9a2b1c04'],
}
const when = { now: Date.parse('2026-03-11T15:30:00Z'), zone: 'Europe/Berlin' }
const objects = { cart: ['Deployment/shop/cart', 'Service/shop/cart'], worker: ['Deployment/shop/worker'] }
const fill = (text: string, shape: z.ZodRawShape) =>
  filled({ input: z.object(shape) }, slotsOf(text, { known, when, ordinary: new Set() }), { when, objects })

const text = z.string()
const objectName = z.string().regex(/^[A-Z]\w+\/[a-z0-9-]+\/[a-z0-9-]+$/)

test.each<[string, z.ZodRawShape, object]>([
  [
    'why is cart slow since noon',
    { service: text, since: text },
    { service: 'cart', since: '2026-03-11T11:00:00Z' },
  ],
  [
    'why is cart slow since noon',
    { service: text, since: z.number() },
    { service: 'cart', since: Date.parse('2026-03-11T11:00:00Z') },
  ],
  [
    'yesterday 14:00 to 15:00',
    { since: text, until: text },
    { since: '2026-03-10T13:00:00Z', until: '2026-03-10T14:00:00Z' },
  ],
  ['size cart', { object: objectName.optional(), service: text }, { service: 'cart' }],
  ['size worker', { object: objectName, service: text.optional() }, { object: 'Deployment/shop/worker' }],
  ['scale cart to 5', { workload: text, replicas: z.number() }, { workload: 'cart', replicas: 5 }],
  [
    'raise max of cart to 12',
    { service: text, replicas: z.number().optional(), max: z.number().optional() },
    { service: 'cart', max: 12 },
  ],
  ['memory limit of cart to 512Mi', { service: text, value: text }, { service: 'cart', value: '512Mi' }],
  ['of the last 7 days', { days: z.number().int() }, { days: 7 }],
  ['of the last 2 hours', { window: text }, { window: '2h' }],
  ['did triage get worse', { route: text }, { route: 'triage' }],
  ['incident cart-3f9a2b1c04', { incident: text }, { incident: 'cart-3f9a2b1c04' }],
  ['what did 4f2a9c1 change', { commit: text }, { commit: '4f2a9c1' }],
  [
    'raise the cpu limit of cart',
    { service: text, resource: z.enum(['cpu', 'memory']).optional() },
    { service: 'cart', resource: 'cpu' },
  ],
  ['scale cart to 5000', { workload: text, replicas: z.number().max(100) }, { workload: 'cart' }],
])('"%s"', (question, shape, input) => {
  expect(fill(question, shape).input).toEqual(input)
})

test('what is not used, or only says how much more, is said', () => {
  expect(
    fill('add 2 more pods to cart since noon', { service: text, replicas: z.number().optional() }),
  ).toMatchObject({
    input: { service: 'cart' },
    notes: [
      'I did not use the time 12:00 Europe/Berlin.',
      '"2" says how much more or less; say the number that you want.',
    ],
  })
})
