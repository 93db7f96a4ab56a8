import { expect, test } from 'vitest'
import { Incident } from '../api/kinds/incident.ts'
import { incidentText } from './incident.ts'

test('an incident shows its symptoms and what happened, and nothing that moves the cursor', () => {
  const { spec } = Incident.example as { spec: Incident['spec'] }
  const text = incidentText({
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Incident',
    metadata: { name: 'checkout-1' },
    spec: { ...spec, title: 'checkout:\u001b[2J is down' },
    status: {
      phase: 'Closed',
      reopened: 2,
      closedAt: '2026-01-05T10:55:00.000Z',
      timeline: [{ number: 1, at: '2026-01-05T10:14:05.000Z', what: 'Opened', message: 'checkout is down' }],
      notified: [{ channel: 'default/on-call', number: 1, at: '2026-01-05T10:14:06.000Z' }],
    },
  })
  expect(text.split('\n')).toEqual([
    'checkout-1: checkout: [2J is down',
    '  phase     Closed, re-opened 2 times',
    '  severity  page',
    '  services  checkout',
    '  since     2026-01-05T10:14:00Z',
    '  closed    2026-01-05T10:55:00.000Z',
    '  told      default/on-call at 2026-01-05T10:14:06.000Z',
    '',
    'SYMPTOM  REASON         SERVICE   SINCE                 UNTIL',
    'alert    HighErrorRate  checkout  2026-01-05T10:14:00Z  2026-01-05T10:40:00Z',
    '',
    'AT                        WHAT    MESSAGE',
    '2026-01-05T10:14:05.000Z  Opened  checkout is down',
  ])
})
