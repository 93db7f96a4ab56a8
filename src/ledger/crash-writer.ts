/** The program that the crash test kills: `crash-writer.ts FILE RUN`; each acknowledged append is a line `id hash`. */
import { writeSync } from 'node:fs'
import { openSqliteLedger } from './sqlite.ts'

const [path = '', run = ''] = process.argv.slice(2)
const ledger = openSqliteLedger({ path })

async function write(writer: number): Promise<never> {
  for (let n = 0; ; n++) {
    const entry = await ledger.append({
      id: `${run}/${writer}/${n}`,
      actor: 'controller:route-release',
      action: 'weight',
      subject: `RouteRelease/support/release-${writer}`,
      at: '2026-01-01T00:00:00.000Z',
      data: { n, padding: 'x'.repeat(n % 3000) },
    })
    writeSync(1, `${entry.id} ${entry.hash}\n`)
  }
}

await Promise.all(Array.from({ length: 5 }, (_, writer) => write(writer)))
