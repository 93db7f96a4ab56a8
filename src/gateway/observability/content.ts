import { hash } from 'node:crypto'

const block = 64
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
