/**
 * Durable puts/s of the store beside etcd's through its v3 gRPC, with the same 0.8 KB values on the same disk, in turn.
 * `node bench/store-etcd.ts [--seconds N] [--rounds N] [--dir DIR] [--json]`
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../src/lib/clock.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import type { Entry, Store } from '../src/store/store.ts'
import { startEtcd } from './etcd.ts'
import { measureWriters, medianRate, type Put, type Rate, showRate, value800 } from './writers.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    dir: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
  },
})
const [seconds, rounds] = [Number(options.seconds), Number(options.rounds)]

/** Creates each key, then updates it with compare-and-set. */
function putsInto(store: Store): Put {
  const entries = new Map<string, Entry>()
  return async (writer, slot, value) => {
    const name = `w${writer}-${slot}`
    const key = { resource: 'prompts.keelway.dev', namespace: 'default', name }
    const last = entries.get(name)
    const entry = await store.commit(
      last
        ? { op: 'update', key, expected: last.revision, value }
        : { op: 'create', key, uid: crypto.randomUUID(), value },
    )
    entries.set(name, entry)
  }
}

const directory = await mkdtemp(join(options.dir, 'keelway-bench-'))
const results: { writers: number; store: Rate; etcd: Rate | undefined; ratio: number | undefined }[] = []
let version: string | undefined
try {
  await using store = openSqliteStore({ path: join(directory, 'store.sqlite'), clock: systemClock })
  await using etcd = await startEtcd(directory)
  version = etcd?.version
  if (!etcd) console.error('etcd is missing: install it (Debian: apt-get install etcd-server) to compare')
  const put = putsInto(store)
  for (const writers of [1, 50]) {
    const [ours, theirs]: [Rate[], Rate[]] = [[], []]
    await measureWriters(put, writers, 0.5)
    if (etcd) await measureWriters(etcd.put, writers, 0.5)
    for (let round = 0; round < rounds; round++) {
      ours.push(await measureWriters(put, writers, seconds))
      if (etcd) theirs.push(await measureWriters(etcd.put, writers, seconds))
    }
    const [mine, other] = [medianRate(ours), etcd && medianRate(theirs)]
    const ratio = other && mine.perSecond / other.perSecond
    results.push({ writers, store: mine, etcd: other, ratio })
    console.error(`${writers} writer(s): store ${showRate(mine)}`)
    if (other) console.error(`  etcd ${version}: ${showRate(other)}; store / etcd = ${ratio?.toFixed(2)}`)
  }
} finally {
  await rm(directory, { recursive: true })
}
if (options.json)
  console.log(
    JSON.stringify({ bench: 'store-etcd', valueBytes: value800.length, etcd: version ?? 'missing', results }),
  )
