import { expect, test } from 'vitest'
import { isChange, isRecovery, troubleIn } from './trouble.ts'

test.each([
  'payment failed for order 12',
  'Could not open the file',
  'upstream timed out',
  'java.lang.IllegalStateException: no',
  'HTTP/1.1" 503 12',
  'retry 3 failed, error: 0 bytes written, giving up: disk full',
])('trouble: %s', line => expect(troubleIn(line)).toBeDefined())

test.each([
  'error_count=0 errors: 0 failed=0',
  'finished with 0 errors and no warnings',
  'ErrorController initialised, error handler registered',
  'timeout=30s retries=3',
  'set timeout to 30 seconds',
  'recovered from connection error',
  'it did not fail',
  'err=<nil> status=200',
  'onError callback set',
  'shutting down gracefully',
  'failover enabled, fault-tolerant mode',
])('none: %s', line => expect(troubleIn(line)).toBeUndefined())

test('recoveries and changes are told by their words', () => {
  expect(['reconnected to queue', 'service is available again', 'ok'].map(isRecovery)).toEqual([
    true,
    true,
    false,
  ])
  expect(
    ['Configuration reloaded', 'feature flag new-cart enabled', 'deployed version 1.2', 'request served'].map(
      isChange,
    ),
  ).toEqual([true, true, true, false])
})
