import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { kinds } from '../api/kinds/index.ts'
import { CONTROLLERS } from '../api/source.ts'
import { createClient } from '../client/api-client.ts'
import type { Log } from '../controllers/runtime/log.ts'
import { messageOf } from '../controllers/runtime/sanitise.ts'
import { sqliteCounter } from '../gateway/accounting/sqlite-counter.ts'
import { gatewayFolder } from '../gateway/process.ts'
import { createGit } from '../git/command.ts'
import { openSqliteLedger } from '../ledger/sqlite.ts'
import { systemClock as clock } from '../lib/clock.ts'
import { writePrivateFile } from '../lib/private-file.ts'
import { systemRandom } from '../lib/random.ts'
import { encryptingCodec, encryptionKey } from '../server/codec.ts'
import { inProcessTransport } from '../server/in-process.ts'
import { createApiServer } from '../server/server.ts'
import { fileBlobs } from '../store/file-blobs.ts'
import { lockDirectory } from '../store/lock.ts'
import { openSqliteStore } from '../store/sqlite.ts'
import { openDuckDbTelemetry } from '../telemetry/duckdb.ts'
import { openDuckDbSignals } from '../telemetry/signals/duckdb-signals.ts'
import { openPostgresSignals } from '../telemetry/signals/postgres-signals.ts'
import { keptTemplates } from './templates.ts'

export type State = Awaited<ReturnType<typeof openState>>

/**
 * Opens what a state directory holds; refused while another process has it open.
 * @param signalsDatabase connection string of a PostgreSQL that keeps signals instead of a file
 */
export async function openState(directory: string, log: Log, signalsDatabase?: string) {
  await using opening = new AsyncDisposableStack()
  opening.use(lockDirectory(directory))
  // It holds keys and may lie in a repository.
  writePrivateFile(join(directory, '.gitignore'), '*\n')
  const store = opening.use(
    openSqliteStore({
      path: join(directory, 'resources.db'),
      clock,
      onUpkeepError: error => log('error', 'the store could not be kept tidy', { error: messageOf(error) }),
    }),
  )
  const ledger = opening.use(openSqliteLedger({ path: join(directory, 'ledger.db') }))
  const telemetry = await openDuckDbTelemetry({ path: join(directory, 'telemetry.duckdb') })
  opening.defer(() => telemetry.close())
  const templates = keptTemplates(join(directory, 'intake', 'templates.json'), clock)
  opening.defer(async () => templates.close())
  const { templateOf, currentTemplate } = templates
  const learning = { clock, templateOf, currentTemplate }
  const signals =
    signalsDatabase === undefined
      ? await openDuckDbSignals({ path: join(directory, 'signals.duckdb'), ...learning })
      : await openPostgresSignals({ connectionString: signalsDatabase, ...learning })
  opening.defer(() => signals.close())
  mkdirSync(gatewayFolder(directory), { recursive: true })
  // The file in which gateways count; here it is only read.
  const counter = sqliteCounter({ path: join(gatewayFolder(directory), 'spending.db'), clock })
  opening.defer(() => counter.close())
  const git = opening.use(createGit({ directory: join(directory, 'git'), clock }))
  const codec = encryptingCodec(encryptionKey(join(directory, 'encryption.key')))
  const server = opening.use(
    await createApiServer({
      store,
      kinds,
      clock,
      codec,
      random: systemRandom,
      onError: error => log('error', 'the API server failed', { error: messageOf(error) }),
      onAudit: ({ policy, binding, user, operation, object, message }) =>
        log('warn', 'a policy said no to a write', { policy, binding, user, operation, object, message }),
    }),
  )
  const client = createClient(inProcessTransport(server, { name: CONTROLLERS, groups: ['system:masters'] }), {
    clock,
    random: systemRandom,
  })
  const opened = opening.move()
  return {
    directory,
    log,
    ledger,
    telemetry,
    signals,
    counter,
    git,
    server,
    client,
    blobs: fileBlobs(join(directory, 'blobs')),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

export const logTo =
  (stream: NodeJS.WritableStream): Log =>
  (level, message, fields) => {
    if (level !== 'info')
      stream.write(
        `${JSON.stringify({ at: new Date(clock.now()).toISOString(), level, message, ...fields })}\n`,
      )
  }
