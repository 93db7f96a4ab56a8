/** The program that the sync test traces: `group-writer.ts FILE ROUNDS`, fifty writers between two marks on stdout. */
import { writeSync } from 'node:fs'
import { systemClock } from '../lib/clock.ts'
import { openSqliteStore } from './sqlite.ts'

const [path = '', rounds = ''] = process.argv.slice(2)
await using store = openSqliteStore({ path, clock: systemClock })

const write = (name: string) =>
  store.commit({
    op: 'create',
    key: { resource: 'prompts.keelway.dev', namespace: 'default', name },
    uid: name,
    value: JSON.stringify({ padding: 'x'.repeat(800) }),
  })

await write('first')
writeSync(1, 'begin\n')
const writers = Array.from({ length: 50 }, async (_, writer) => {
  for (let round = 0; round < Number(rounds); round++) await write(`writer-${writer}-${round}`)
})
await Promise.all(writers)
writeSync(1, 'end\n')
