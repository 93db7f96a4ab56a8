import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { blobsContract } from './blobs.contract.ts'
import { fileBlobs } from './file-blobs.ts'
import { memoryBlobs } from './memory-blobs.ts'

const root = mkdtempSync(join(tmpdir(), 'keelway-blobs-'))
afterAll(() => rmSync(root, { recursive: true }))
let directories = 0
const freshDirectory = () => join(root, `blobs-${directories++}`)

const fileOf = (directory: string, digest: string) =>
  join(directory, 'sha256', digest.slice(7, 9), digest.slice(9))

blobsContract('memory blobs', memoryBlobs)
blobsContract('file blobs', () => fileBlobs(freshDirectory()))

test('file blobs are found by the next process', async () => {
  const directory = freshDirectory()
  const digest = await fileBlobs(directory).put(Buffer.from('kept'))
  expect(String(await fileBlobs(directory).get(digest))).toBe('kept')
})

test('a damaged blob is never read, and storing its bytes again mends it', async () => {
  const directory = freshDirectory()
  const blobs = fileBlobs(directory)
  const digest = await blobs.put(Buffer.from('good'))
  writeFileSync(fileOf(directory, digest), 'evil')
  await expect(blobs.get(digest)).rejects.toThrow(`blob ${digest} is damaged`)
  await blobs.put(Buffer.from('good'))
  expect(String(await blobs.get(digest))).toBe('good')
})

test('what a crashed process left half-written is removed, that of a running one stays', async () => {
  const directory = freshDirectory()
  mkdirSync(join(directory, 'pending'), { recursive: true })
  const running = `${process.ppid}-0`
  for (const name of ['999999999-0', running]) writeFileSync(join(directory, 'pending', name), 'half')
  await fileBlobs(directory).put(Buffer.from('whole'))
  expect(readdirSync(join(directory, 'pending'))).toEqual([running])
})
