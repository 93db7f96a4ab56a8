import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyText } from './any-text.fake.ts'
import { HeaderReader } from './header.ts'
import { levels } from './level.ts'

const reader = new HeaderReader()

test.each([
  ['syslog', 'Jun 14 15:16:01 combo sshd(pam_unix)[19939]: check pass', 'unknown', 'check pass'],
  [
    'syslog with priority',
    '<34>1 2003-10-11T22:14:15.003Z host su 12 ID47 - failed for x',
    'unknown',
    'failed for x',
  ],
  ['Log4j', '2015-10-18 18:01:47,978 INFO [main] org.apache.App: Created it', 'info', 'Created it'],
  ['Logback', '10:15:30.123 [main] WARN  c.f.Bar - slow call', 'warn', 'slow call'],
  ['Python', '2024-01-02 03:04:05,678 - billing - ERROR - no card', 'error', 'no card'],
  ['klog', 'E0102 15:04:05.123456   12345 controller.go:123] Lost watch', 'error', 'Lost watch'],
  ['logcat', '03-17 16:13:38.811  1702  2395 D WindowManager: freezing', 'debug', 'freezing'],
  ['a container', '2016-10-06T00:17:09.66Z stdout F 2016-10-06 00:17:09 INFO [main] a.B - ok', 'info', 'ok'],
  ['nginx', '2024/01/02 03:04:05 [error] 12#12: *3 open() failed', 'error', '*3 open() failed'],
  ['columns', '20171223-22:15:29:606|Step_LSC|30002312|onChanged 3579', 'unknown', 'onChanged 3579'],
  [
    'a label before the time',
    '- 1117838570 2005.06.03 R02 2005-06-03 R02 RAS KERNEL INFO cache error',
    'info',
    'cache error',
  ],
  ['dates of six digits', '081109 203615 148 INFO dfs.DataNode: Received it', 'info', 'Received it'],
  ['brackets', '[Sun Dec 04 04:47:44 2005] [notice] workerEnv.init() ok', 'info', 'workerEnv.init() ok'],
  [
    'JSON',
    '{"ts":1.5,"level":"error","a":{"msg":"x"},"msg":"no \\"route\\"","n":[1]}',
    'error',
    'no \\"route\\"',
  ],
  ['logfmt', 'time="2024-01-02" level=warn msg="disk full" free=0', 'warn', 'disk full'],
  ['a level alone', 'ERROR: could not', 'error', 'ERROR: could not'],
  ['no header', 'connection from 10.0.0.1:80 at Fri Jun 17 07:07:00 2005', 'unknown', undefined],
  ['an address first', '10.251.73.220:50010 Served block 5', 'unknown', undefined],
  ['a sentence with a level', 'data ERROR in block 5', 'unknown', undefined],
])('the header of %s ends before the message', (_, line, level, message) => {
  const { start, end, level: index } = reader.read(line)
  expect({ level: levels[index], message: line.slice(start, end) }).toEqual({
    level,
    message: message ?? line,
  })
})

test('only lines with a time or fields have a header', () => {
  expect(reader.read('2024-01-02 03:04:05 started').headed).toBe(true)
  expect(reader.read('{"msg":"started"}').headed).toBe(true)
  expect(reader.read('  at com.acme.Main(Main.java:12)').headed).toBe(false)
})

test('any text has a header within it', () => {
  fc.assert(
    fc.property(anyText('{}[]()<>"\'=:|,.- \t\\0129aTZI\0'), line => {
      const { start, end, level } = reader.read(line)
      expect(0 <= start && start <= end && end <= line.length && levels[level] !== undefined).toBe(true)
    }),
    { numRuns: 300 },
  )
})
