import { expect, test } from 'vitest'
import { logFacts } from './log-line.ts'

const now = Date.UTC(2026, 0, 5, 12)
const at = (hour: number, minute: number, second: number, ms = 0) =>
  Date.UTC(2026, 0, 5, hour, minute, second, ms)

test.each([
  ['2026-01-05T10:00:01.5Z [ERROR] no', at(10, 0, 1, 500), 17, '[ERROR] no'],
  ['2026-01-05 12:00:01,250 +0200 WARN slow', at(10, 0, 1, 250), 13, 'WARN slow'],
  ['[2026/01/05 10:00:01] info: up', at(10, 0, 1), 9, 'info: up'],
  ['E0105 10:00:01.000123 1 x.go:4] no', at(10, 0, 1) + 0.123, 17, '1 x.go:4] no'],
  ['Jan  5 10:00:01 host sshd[4]: error: no', at(10, 0, 1), 17, 'host sshd[4]: error: no'],
  ['Dec 31 23:00:00 host a: ok', Date.UTC(2025, 11, 31, 23), 0, 'host a: ok'],
  ['<3>Jan  5 10:00:01 host a: no', at(10, 0, 1), 0, 'host a: no'],
  ['1767607201.250 DEBUG x', at(10, 0, 1, 250), 5, 'DEBUG x'],
  ['1767607201250 x', at(10, 0, 1, 250), 0, 'x'],
  ['26/01/05 10:00:01 INFO Executor', at(10, 0, 1), 9, 'INFO Executor'],
  ['1.2.3.4 - - [05/Jan/2026:11:00:01 +0100] "GET / HTTP/1.1" 200', at(10, 0, 1), 0, undefined],
  ['ts=2026-01-05T10:00:01Z level=warn msg="slow"', at(10, 0, 1), 13, undefined],
  ['java.lang.IllegalStateException: no', undefined, 17, undefined],
  ['no level and no time: 12 of 40', undefined, 0, undefined],
  ['2027-01-05T10:00:01Z from the future', undefined, 0, 'from the future'],
])('%s', (line, time, severity, body) => {
  const facts = logFacts(line, now)
  expect([facts.at, facts.severity, facts.body]).toEqual([
    time === undefined ? undefined : expect.closeTo(time, 3),
    severity,
    body ?? line,
  ])
})

test.each([
  [
    '{"time":"2026-01-05T10:00:01Z","level":"warn","msg":"slow","ms":12,"service":{"name":"pay"},"trace_id":"5b8efff798038103d269b633813fc60c"}',
    {
      at: at(10, 0, 1),
      severity: 13,
      body: 'slow',
      service: 'pay',
      traceId: '5b8efff798038103d269b633813fc60c',
      attributes: { ms: 12 },
    },
  ],
  ['{"level":50,"time":1767607201250,"msg":"no"}', { at: at(10, 0, 1, 250), severity: 17, body: 'no' }],
  ['{"@timestamp":1767607201,"log.level":"INFO","message":"up"}', { at: at(10, 0, 1), severity: 9 }],
  ['{"a":1}', { severity: 0, body: '{"a":1}', attributes: {} }],
  ['{"password":"x","msg":"y"}', { body: 'y', attributes: { password: '***' } }],
  ['{not json}', { body: '{not json}' }],
])('%s is read as JSON', (line, facts) => {
  expect(logFacts(line, now)).toMatchObject(facts)
})
