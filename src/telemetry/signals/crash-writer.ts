import { systemClock } from '../../lib/clock.ts'
import { openDuckDbSignals } from './duckdb-signals.ts'
import { crashBatch, t0 } from './signal-store.fake.ts'

/**
 * Appends batches without end and prints the number of each that is safe, for a test that kills it. Each batch is one
 * second; every third comes twice, and now and then the sums are asked for and the store is kept tidy.
 * Arguments: the file, and the number of the first batch.
 */
const [path = '', first = '0'] = process.argv.slice(2)
const store = await openDuckDbSignals({ path, clock: systemClock })
const window = { from: t0, to: t0 + 1e9 }

for (let batch = Number(first); ; batch++) {
  const writes = [store.append(crashBatch(batch))]
  if (batch % 3 === 0) writes.push(store.append(crashBatch(batch).filter(({ kind }) => kind !== 'log')))
  await Promise.all(writes)
  process.stdout.write(`${batch}\n`)
  if (batch % 4 === 0) await store.serviceGraph(window)
  if (batch % 7 === 0) await store.maintain(t0)
}
