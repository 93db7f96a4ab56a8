import { describe, expect, test } from 'vitest'
import { decodeProtobuf } from './protobuf.ts'

const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value % 128) | 0x80, ...varint(Math.floor(value / 128))]
const sized = (field: number, content: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(content)
  return Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(bytes.length)]), bytes])
}
const number = (field: number, value: number): Buffer => Buffer.from([...varint(field * 8), ...varint(value)])
const message = (...fields: Buffer[]): Buffer => Buffer.concat(fields)
const entry = (field: number, key: string, value: string): Buffer =>
  sized(field, message(sized(1, key), sized(2, value)))

const body = (apiVersion: string, kind: string, raw: Buffer): Buffer =>
  message(
    Buffer.from('k8s\0'),
    sized(1, message(sized(1, apiVersion), sized(2, kind))),
    sized(2, raw),
    sized(3, ''),
  )

/** Go writes empty text and empty times for what is not set. */
const metadata = (name: string): Buffer =>
  sized(1, message(sized(1, name), sized(2, ''), sized(3, ''), sized(8, ''), entry(11, 'a', 'b')))

describe('protobuf', () => {
  test('a Secret has its data in base64', () => {
    const raw = message(metadata('s'), entry(2, 'key', 'sesame'), sized(3, 'Opaque'), number(5, 1))
    expect(decodeProtobuf(body('v1', 'Secret', raw))).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', labels: { a: 'b' } },
      data: { key: 'c2VzYW1l' },
      type: 'Opaque',
      immutable: true,
    })
  })

  test('a Lease keeps the microseconds of its times, an Event whole seconds', () => {
    const time = message(number(1, 1_790_000_000), number(2, 123_456_789))
    const spec = message(sized(1, 'me'), number(2, 15), sized(4, time))
    expect(
      decodeProtobuf(body('coordination.k8s.io/v1', 'Lease', message(metadata('l'), sized(2, spec)))),
    ).toMatchObject({
      spec: { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime: '2026-09-21T14:13:20.123456Z' },
    })
    expect(decodeProtobuf(body('v1', 'Event', message(metadata('e'), sized(6, time))))).toMatchObject({
      firstTimestamp: '2026-09-21T14:13:20Z',
    })
  })

  test('options of a deletion come with any version', () => {
    const raw = message(sized(2, sized(1, 'uid')), sized(4, 'Foreground'), sized(5, 'All'))
    expect(decodeProtobuf(body('apps/v1', 'DeleteOptions', raw))).toMatchObject({
      preconditions: { uid: 'uid' },
      propagationPolicy: 'Foreground',
      dryRun: ['All'],
    })
  })

  test('unknown fields are dropped, hostile names stay names', () => {
    const raw = message(metadata('c'), entry(2, '__proto__', 'x'), sized(99, 'future'), number(98, 1))
    const decoded = decodeProtobuf(body('v1', 'ConfigMap', raw))
    expect(Object.keys(decoded.data as object)).toEqual(['__proto__'])
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })

  test.each([
    ['no envelope', Buffer.from('{}'), 'is not Kubernetes protobuf'],
    ['an unknown kind', body('apps/v1', 'Deployment', Buffer.alloc(0)), 'unknown format'],
    [
      'a field cut off',
      body('v1', 'ConfigMap', Buffer.from([0x0a, 0x7f])),
      "couldn't read the body as protobuf",
    ],
    [
      'a number without an end',
      body('v1', 'ConfigMap', Buffer.alloc(12, 0xff)),
      "couldn't read the body as protobuf",
    ],
    [
      'text that is not UTF-8',
      body('v1', 'ConfigMap', sized(1, sized(1, Buffer.from([0xff])))),
      "couldn't read",
    ],
  ])('%s is refused', (_, bytes, text) => {
    expect(() => decodeProtobuf(bytes)).toThrow(text)
  })
})
