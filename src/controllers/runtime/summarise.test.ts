import { expect, test } from 'vitest'
import { ApiError } from '../../api/errors.ts'
import { done, ready, Stalled, Waiting } from './reconciler.ts'
import { type CommonStatus, type Ending, summarise } from './summarise.ts'

const summary = (ending: Ending, status: CommonStatus = {}, now = '2026-01-01T00:00:00Z') =>
  summarise(status, ending, 3, now)
const types = ({ conditions = [] }: CommonStatus) => conditions.map(({ type, status }) => `${type}=${status}`)

test.each<[string, Ending, string[]]>([
  ['done is Ready', { outcome: done }, ['Ready=True']],
  ['a reason of its own is Ready too', { outcome: ready('Live', 'x') }, ['Ready=True']],
  [
    'a closed gate is not Ready, and nothing goes on',
    { outcome: { ready: { status: 'False', reason: 'GateClosed', message: 'm' } } },
    ['Ready=False'],
  ],
  [
    'an unknown end is still being worked on',
    { outcome: { ready: { status: 'Unknown', reason: 'Training', message: 'm' } } },
    ['Ready=Unknown', 'Reconciling=True'],
  ],
  ['Waiting goes on', { error: new Waiting('NotYet', 'm') }, ['Ready=False', 'Reconciling=True']],
  ['Stalled needs a person', { error: new Stalled('Bad', 'm') }, ['Ready=False', 'Stalled=True']],
  ['an error is retried', { error: new ApiError('Invalid', 'm') }, ['Ready=False', 'Reconciling=True']],
])('%s', (_, ending, expected) => {
  const status = summary(ending)
  expect(types(status)).toEqual(expected)
  expect(status.observedGeneration).toBe(3)
  expect(status.conditions?.every(({ observedGeneration }) => observedGeneration === 3)).toBe(true)
})

test('equal endings give equal statuses, however much later', () => {
  const first = summary({ error: new Waiting('NotYet', 'm') })
  expect(summary({ error: new Waiting('NotYet', 'm') }, first, '2027-01-01T00:00:00Z')).toEqual(first)
})

test('the time of a transition moves with the status only, and other conditions stay', () => {
  const own = {
    type: 'Rejected',
    status: 'True',
    reason: 'R',
    message: 'm',
    lastTransitionTime: 'then',
  } as const
  const before = summary({ error: new Stalled('Bad', 'm') }, { conditions: [own] })
  const worse = summary({ error: new Stalled('Worse', 'n') }, before, 'later')
  expect(worse.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
    reason: 'Worse',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  })
  const well = summary({ outcome: done }, worse, 'later')
  expect(well.conditions).toMatchObject([own, { type: 'Ready', status: 'True', lastTransitionTime: 'later' }])
})

test('messages of all conditions are sanitised', () => {
  const own = {
    type: 'X',
    status: 'True',
    reason: 'R',
    message: 'https://a:b@c',
    lastTransitionTime: 't',
  } as const
  expect(summary({ error: new Error('password=abcdef') }, { conditions: [own] }).conditions).toMatchObject([
    { message: 'https://***@c' },
    { message: 'password=***' },
    { message: 'password=***' },
  ])
})
