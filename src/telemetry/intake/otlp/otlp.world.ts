import { expect } from 'vitest'
import { FakeClock } from '../../../lib/clock.fake.ts'
import type { Signal } from '../../signals/signal.ts'
import { intakeRequest } from '../source.contract.ts'
import { type OtlpPath, toProtobuf } from './encode.fake.ts'
import { otlp } from './otlp.ts'

export const clock = new FakeClock()
export const now = clock.now()
export const nano = (ms: number) => String(BigInt(ms) * 1_000_000n)
export const string = (key: string, value: string) => ({ key, value: { stringValue: value } })
const resource = {
  attributes: [string('service.name', 'checkout'), string('service.namespace', 'shop')],
}
export const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
export const json = { 'content-type': 'application/json' }
export const protobuf = { 'content-type': 'application/x-protobuf' }

export const spans = (...spans: object[]) => ({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })
export const logs = (...logRecords: object[]) => ({
  resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }],
})
export const metrics = (...metrics: object[]) => ({
  resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }],
})

export const span = (fields: object = {}) => ({
  ...ids,
  name: 'GET /cart',
  kind: 3,
  startTimeUnixNano: nano(now - 100),
  endTimeUnixNano: nano(now - 60),
  ...fields,
})

/** Both encodings of a request. */
export const both = (path: OtlpPath, request: object) => [
  intakeRequest(path, JSON.stringify(request), json),
  intakeRequest(path, toProtobuf(path, request), protobuf),
]

/** What a request becomes, which is the same from both encodings. */
export async function taken(path: OtlpPath, request: object) {
  const results = []
  for (const intake of both(path, request)) {
    const signals: Signal[] = []
    const answer = await otlp.take(intake, async batch => void signals.push(...batch), clock)
    results.push({ signals, status: answer.status, refused: answer.refused, lost: answer.lost })
  }
  expect(results[0]).toEqual(results[1])
  return results[0] ?? { signals: [], status: 0, refused: 0, lost: 0 }
}
