import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { WatchMemory } from './anomaly-watch.ts'

/** Lines in a compressed file, replaced as a whole. */
export function watchFile(path: string): WatchMemory {
  return {
    async *read() {
      const source = createReadStream(path)
      const plain = source.pipe(createGunzip())
      source.on('error', error => plain.destroy(error))
      try {
        for await (const line of createInterface({ input: plain })) yield line
      } catch {
        // There is no file yet, or a damaged one: what it held is learned again.
      }
    },
    async write(lines) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const draft = `${path}.${process.pid}.tmp`
      const texts = Readable.from(ended(lines))
      await pipeline(texts, createGzip({ level: 1 }), createWriteStream(draft, { mode: 0o600 }))
      const file = await open(draft)
      await file.sync().finally(() => file.close())
      await rename(draft, path)
    },
  }
}

function* ended(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`
}
