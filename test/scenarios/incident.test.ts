import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Incident } from '../../src/api/kinds/incident.ts'
import { systemClock as clock } from '../../src/lib/clock.ts'
import { eventually, run, type StateDirectory, stateDirectory } from '../processes.ts'

const alert = (startsAt: string, fingerprint = 'f00d') => ({
  version: '4',
  groupKey: '{}',
  status: 'firing',
  receiver: 'keelway',
  alerts: [
    {
      status: 'firing',
      fingerprint,
      labels: { alertname: 'HighErrorRate', severity: 'critical', service: 'checkout' },
      annotations: { summary: 'seven of a hundred requests fail' },
      startsAt,
      endsAt: '0001-01-01T00:00:00Z',
    },
  ],
})

const logs = (at: number) => ({
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'checkout' } }] },
      scopeLogs: [
        {
          logRecords: Array.from({ length: 20 }, (_, i) => ({
            timeUnixNano: String(BigInt(at + i) * 1_000_000n),
            severityNumber: 17,
            body: { stringValue: `cannot connect to orders-db:5432: connection refused, try ${i}` },
          })),
        },
      ],
    },
  ],
})

async function send(state: StateDirectory, path: string, body: object): Promise<number> {
  const { status } = await fetch(`${state.endpoints().intake}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${state.read('intake-token')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  })
  return status
}

test('an alert opens one incident that is diagnosed, bundled and told again after kill -9 without a second one', async () => {
  await using state = await stateDirectory()
  const ports = ['--intake-port', '0']
  const system = await state.ready(...ports)
  const startsAt = new Date(clock.now()).toISOString()
  expect(await send(state, '/v1/logs', logs(clock.now()))).toBe(200)
  expect(await send(state, '/v1/alertmanager', alert(startsAt))).toBe(200)
  const incidents = async () => {
    await using client = state.client()
    return (await client.list(Incident)).items
  }
  const incident = await eventually(
    'a diagnosed incident',
    async () => (await incidents()).find(({ status }) => status?.diagnosis !== undefined),
    30,
  )
  const { name } = incident.metadata
  expect(incident.spec).toMatchObject({ services: ['checkout'], severity: 'page' })

  const folder = join(state.path, 'bundle')
  const made = await run(['bundle', 'create', '--incident', name, '--state', state.path, '--out', folder])
  expect([made.code, made.err]).toEqual([0, ''])
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(['incident.json', 'logs', 'manifest.json']))
  expect((await run(['bundle', 'show', folder])).out).toContain('logs      20')
  const again = await run(['bundle', 'create', '--incident', name, '--state', state.path, '--out', folder])
  expect([again.code, again.err]).toEqual([2, expect.stringContaining('exists already')])

  const fromBundle = await run(['diagnose', folder, '--json'])
  const fromIncident = await run(['diagnose', name, '--state', state.path, '--json'])
  const statements = (text: string) =>
    (JSON.parse(text) as { hypotheses: { statement: string }[] }).hypotheses.map(({ statement }) => statement)
  expect(statements(fromIncident.out)).toEqual(statements(fromBundle.out))
  expect((await run(['diagnose', folder, '--json'])).out).toBe(fromBundle.out)

  system.kill('SIGKILL')
  await system.ended
  await state.ready(...ports)
  expect(await send(state, '/v1/alertmanager', alert(startsAt))).toBe(200)
  const shown = await eventually('the incident as it was', async () => {
    const { code, out } = await run(['incident', name, '--state', state.path])
    return code === 0 ? out : undefined
  })
  expect(shown).toContain('HighErrorRate')
  // The alert that was told again has been looked at when the opener has seen a later one.
  expect(await send(state, '/v1/alertmanager', alert(new Date(clock.now()).toISOString(), 'beef'))).toBe(200)
  await eventually('a symptom that joins', async () =>
    (await incidents()).find(({ spec }) => spec.symptoms.length > 1),
  )
  expect((await incidents()).map(({ metadata }) => metadata.name)).toEqual([name])
}, 90_000)
