import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '../../lib/digest.ts'
import type { FeatureOptions } from './features.ts'

/**
 * The artefact of format `linear-text`, little-endian throughout:
 *
 *   8 bytes  magic
 *   u32      length of the JSON that follows
 *   JSON     {features, labels, options}
 *   u32[F]   bucket of each feature, ascending
 *   f32[F]   inverse document frequency of each feature
 *   f32[F]   scale of each feature's weights
 *   i8[F·L]  weight of each feature for each label, in units of the feature's scale
 *   f32[L]   bias of each label
 *   32 bytes SHA-256 of everything before
 */
export const FORMAT = 'linear-text'

export interface LinearModel {
  labels: string[]
  options: FeatureOptions
  buckets: Uint32Array
  idf: Float32Array
  /** By feature, then label. */
  weights: Float32Array
  bias: Float32Array
}

/** As stored: weight = scales[feature] · steps[feature · labels + label]. */
export type QuantisedModel = Omit<LinearModel, 'weights'> & { scales: Float32Array; steps: Int8Array }

const MAGIC = Buffer.from('KWLINTX1')
const MAX_BYTES = 16 * 2 ** 20
const MAX_META_BYTES = 2 ** 20
const DIGEST_BYTES = 32
const FEATURE_BYTES = 12

/** How many features an artefact may have so that it stays below 17 MB. */
export const featuresThatFit = (labels: number): number => Math.floor(MAX_BYTES / (FEATURE_BYTES + labels))

const Meta = z.strictObject({
  features: z.int().min(0).max(featuresThatFit(2)),
  labels: z.array(z.string()).min(2).max(1000),
  options: z.strictObject({
    bits: z.int().min(1).max(22),
    words: z.int().min(0).max(8),
    charactersFrom: z.int().min(1).max(16),
    charactersTo: z.int().min(0).max(16),
    maxCharacters: z.int().min(1).max(100_000),
  }),
})

/** Rounds weights to 8 bits and writes the artefact. */
export function encodeArtefact(model: LinearModel): Uint8Array {
  const { labels, options, buckets, idf, bias } = model
  const { scales, steps } = quantise(model.weights, labels.length)
  const meta = Buffer.from(canonicalJson({ labels, options, features: buckets.length }))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(meta.length)
  const content = Buffer.concat([
    MAGIC,
    length,
    meta,
    words(buckets, (buffer, value, at) => buffer.writeUInt32LE(value, at)),
    words(idf, (buffer, value, at) => buffer.writeFloatLE(value, at)),
    words(scales, (buffer, value, at) => buffer.writeFloatLE(value, at)),
    Buffer.from(steps.buffer, steps.byteOffset, steps.byteLength),
    words(bias, (buffer, value, at) => buffer.writeFloatLE(value, at)),
  ])
  return new Uint8Array(Buffer.concat([content, digest(content)]))
}

/** @throws Error when the bytes are not a whole artefact of this format. */
export function decodeArtefact(artefact: Uint8Array): QuantisedModel {
  const bytes = Buffer.from(artefact.buffer, artefact.byteOffset, artefact.byteLength)
  if (bytes.length < MAGIC.length + 4 + DIGEST_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new Error(`not a ${FORMAT} artefact: ${bytes.length} bytes that begin otherwise`)
  const content = bytes.subarray(0, -DIGEST_BYTES)
  if (!digest(content).equals(bytes.subarray(-DIGEST_BYTES)))
    throw new Error(`${FORMAT} artefact is damaged or cut off: its checksum does not match`)
  const metaLength = content.readUInt32LE(MAGIC.length)
  const body = MAGIC.length + 4 + metaLength
  if (metaLength > MAX_META_BYTES || body > content.length)
    throw new Error(`${FORMAT} artefact has a header of ${metaLength} bytes`)
  const { labels, options, features } = Meta.parse(
    JSON.parse(content.toString('utf8', MAGIC.length + 4, body)),
  )
  const stepsAt = body + FEATURE_BYTES * features
  const biasAt = stepsAt + features * labels.length
  if (biasAt + 4 * labels.length !== content.length)
    throw new Error(
      `${FORMAT} artefact has ${content.length} bytes, which do not fit its ${features} features`,
    )
  return {
    labels,
    options,
    buckets: Uint32Array.from({ length: features }, (_, n) => content.readUInt32LE(body + 4 * n)),
    idf: floats(content, body + 4 * features, features),
    scales: floats(content, body + 8 * features, features),
    steps: new Int8Array(content.subarray(stepsAt, biasAt)),
    bias: floats(content, biasAt, labels.length),
  }
}

function quantise(weights: Float32Array, width: number) {
  const scales = new Float32Array(weights.length / width)
  const steps = new Int8Array(weights.length)
  for (let feature = 0; feature < scales.length; feature++) {
    const base = feature * width
    let largest = 0
    for (let k = 0; k < width; k++) largest = Math.max(largest, Math.abs(weights[base + k] ?? 0))
    scales[feature] = largest / 127
    const scale = scales[feature] ?? 0
    if (scale === 0) continue
    for (let k = 0; k < width; k++) steps[base + k] = Math.round((weights[base + k] ?? 0) / scale)
  }
  return { scales, steps }
}

const digest = (content: Uint8Array): Buffer => createHash('sha256').update(content).digest()

function words(
  values: Uint32Array | Float32Array,
  write: (buffer: Buffer, value: number, at: number) => void,
): Buffer {
  const buffer = Buffer.alloc(values.length * 4)
  values.forEach((value: number, index: number) => {
    write(buffer, value, index * 4)
  })
  return buffer
}

const floats = (content: Buffer, from: number, length: number): Float32Array =>
  Float32Array.from({ length }, (_, n) => content.readFloatLE(from + 4 * n))
