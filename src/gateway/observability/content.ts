import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { CallRecord } from '../../telemetry/telemetry.ts'
import type { RecordSettings } from '../snapshot.ts'
import type { Redact } from './redaction.ts'

type Content = 'input' | 'context' | 'output'
type Blankable = Omit<CallRecord, Content> & Partial<Record<Content, string | undefined>>

const block = 64
/** How long calls wait for texts that are looked at, in milliseconds. */
const sliceMs = 2
/** Texts of a record are cut at 16 KiB of UTF-8 before; a longer one is hashed all the same. */
const usualBytes = 64 << 10

/**
 * HMAC-SHA-256 (RFC 2104) of texts, as `hmac-sha256:<hex>`, under one key: equal texts have equal digests, and who does not have the key can not try texts against it.
 * Two one-shot hashes take half the time of an Hmac object.
 */
export function contentDigest(key: Uint8Array): (text: string) => string {
  const short = key.length > block ? hash('sha256', key, 'buffer') : key
  const inner = Buffer.alloc(block + usualBytes, 0x36)
  const outer = Buffer.alloc(block + 32, 0x5c)
  short.forEach((byte, i) => {
    inner[i] = byte ^ 0x36
    outer[i] = byte ^ 0x5c
  })
  return text => {
    const bytes = Buffer.byteLength(text)
    const message = bytes <= usualBytes ? inner : Buffer.concat([inner.subarray(0, block)], block + bytes)
    message.write(text, block)
    hash('sha256', message.subarray(0, block + bytes), 'buffer').copy(outer, block)
    return `hmac-sha256:${hash('sha256', outer)}`
  }
}

/**
 * What a record keeps of input, documents and answer: digests always, text only as far as its route says, and masked
 * unless the route says otherwise. Text that can not be masked is not kept.
 * @param options.settings of the call's route as it is now; a route that is gone keeps nothing
 */
export function contentKeeper(options: {
  digest: (text: string) => string
  redact: Redact
  settings: (call: CallRecord) => RecordSettings | undefined
}): (call: CallRecord) => CallRecord {
  const { digest, redact, settings } = options
  return call => {
    const { input, context, output } = call
    if (input === undefined && context === undefined && output === undefined) return call
    const { content, redact: masked } = settings(call) ?? { content: 'none', redact: true }
    // Copied whole, then blanked: leaving fields out of the copy takes several times as long.
    const kept: Blankable = { ...call, input: undefined, context: undefined, output: undefined }
    const keep = (field: Content, text: string | undefined): void => {
      const said = text === undefined || !masked ? text : redact(text)
      if (said !== undefined) kept[field] = said
    }
    if (input !== undefined) kept.inputDigest ??= digest(input)
    if (output !== undefined) kept.outputDigest ??= digest(output)
    if (content !== 'none') keep('output', output)
    if (content === 'all') {
      keep('input', input)
      keep('context', context)
    }
    // A field that is undefined is as good as one that is not there, also in JSON.
    return kept as CallRecord
  }
}

/** Does so for a batch, taking the event loop for some two milliseconds at a time: looking at texts is dear. */
export const keepInSlices =
  (keep: (call: CallRecord) => CallRecord) =>
  async (calls: readonly CallRecord[]): Promise<readonly CallRecord[]> => {
    const kept: CallRecord[] = []
    let since = performance.now()
    for (const call of calls) {
      kept.push(keep(call))
      if (performance.now() - since < sliceMs) continue
      await setImmediate()
      since = performance.now()
    }
    return kept
  }
