import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { metadataTypes } from './write-request.ts'

/** A series as Prometheus writes it: the name is a label. */
export interface FakeSeries {
  labels: Record<string, string>
  samples?: readonly (readonly [value: number, at: number])[]
  nativeHistograms?: number
}

export interface FakeMetadata {
  name: string
  type: (typeof metadataTypes)[number]
  unit?: string
}

/** A request of remote write 1.0, not compressed. */
export function writeRequest(
  series: readonly FakeSeries[],
  metadata: readonly FakeMetadata[] = [],
): Uint8Array {
  const request = new BinaryWriter()
  for (const { labels, samples = [], nativeHistograms = 0 } of series) {
    const message = new BinaryWriter()
    for (const [name, value] of Object.entries(labels))
      message.tag(1, 2).bytes(new BinaryWriter().tag(1, 2).string(name).tag(2, 2).string(value).finish())
    for (const [value, at] of samples)
      message.tag(2, 2).bytes(new BinaryWriter().tag(1, 1).double(value).tag(2, 0).int64(at).finish())
    for (let count = 0; count < nativeHistograms; count++)
      message.tag(4, 2).bytes(new BinaryWriter().tag(1, 0).uint64(7).finish())
    request.tag(1, 2).bytes(message.finish())
  }
  for (const { name, type, unit = '' } of metadata) {
    const message = new BinaryWriter().tag(1, 0).int32(metadataTypes.indexOf(type)).tag(2, 2).string(name)
    request.tag(3, 2).bytes(message.tag(4, 2).string('Help.').tag(5, 2).string(unit).finish())
  }
  return request.finish()
}
