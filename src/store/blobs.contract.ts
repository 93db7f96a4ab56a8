import { expect, test } from 'vitest'
import { digestOf } from '../lib/digest.ts'
import type { Blobs } from './blobs.ts'

/** What every blob store promises; `open` gives an empty one. */
export function blobsContract(implementation: string, open: () => Blobs): void {
  const title = (text: string) => `${implementation}: ${text}`

  test(title('bytes are found again under their digest'), async () => {
    const blobs = open()
    const content = Buffer.from([0, 255, 10, 13, 0])
    const digest = await blobs.put(content)
    expect(digest).toBe(digestOf(content))
    expect(await blobs.has(digest)).toBe(true)
    expect(Buffer.from((await blobs.get(digest)) ?? [])).toEqual(content)
  })

  test(title('an empty blob is a blob'), async () => {
    const blobs = open()
    const digest = await blobs.put(new Uint8Array())
    expect(await blobs.has(digest)).toBe(true)
    expect(await blobs.get(digest)).toHaveLength(0)
  })

  test(title('an unknown digest, or text that is none, is absent'), async () => {
    const blobs = open()
    for (const digest of [digestOf('nothing'), 'sha256:../../secret', '', 'md5:00']) {
      expect(await blobs.has(digest)).toBe(false)
      expect(await blobs.get(digest)).toBeUndefined()
    }
  })

  test(title('later changes of the given bytes do not reach the blob'), async () => {
    const blobs = open()
    const content = new Uint8Array([1, 2, 3])
    const digest = await blobs.put(content)
    content[0] = 9
    expect([...((await blobs.get(digest)) ?? [])]).toEqual([1, 2, 3])
  })

  test(title('many writers of equal and different bytes all succeed'), async () => {
    const blobs = open()
    const contents = Array.from({ length: 40 }, (_, n) => Buffer.from(`content ${n % 5}`))
    const digests = await Promise.all(contents.map(content => blobs.put(content)))
    expect(new Set(digests).size).toBe(5)
    for (const [index, digest] of digests.entries())
      expect(Buffer.from((await blobs.get(digest)) ?? [])).toEqual(contents[index])
  })
}
