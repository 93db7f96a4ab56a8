import { authentication } from './families/authentication.ts'
import { certificate } from './families/certificate.ts'
import { clock } from './families/clock.ts'
import { command } from './families/command.ts'
import { configuration } from './families/configuration.ts'
import { connection } from './families/connection.ts'
import { database } from './families/database.ts'
import { databaseConnections } from './families/database-connections.ts'
import { deadlock } from './families/deadlock.ts'
import { disk } from './families/disk.ts'
import { dns } from './families/dns.ts'
import { exception } from './families/exception.ts'
import { leader } from './families/leader.ts'
import { licence } from './families/licence.ts'
import { memory } from './families/memory.ts'
import { migration } from './families/migration.ts'
import { missingFile } from './families/missing-file.ts'
import { modelProvider } from './families/model-provider.ts'
import { nullReference } from './families/null-reference.ts'
import { parsing } from './families/parsing.ts'
import { permission } from './families/permission.ts'
import { pool } from './families/pool.ts'
import { portInUse } from './families/port-in-use.ts'
import { processLimits } from './families/process-limits.ts'
import { queue } from './families/queue.ts'
import { rateLimit } from './families/rate-limit.ts'
import { rbac } from './families/rbac.ts'
import { scriptSyntax } from './families/script-syntax.ts'
import { timeout } from './families/timeout.ts'
import { upstream } from './families/upstream.ts'
import { variable } from './families/variable.ts'
import type { Family, Reading } from './family.ts'

/** The special before the general: the first that reads a line says what it means. */
export const families: readonly Family[] = [
  ...[rbac, command, modelProvider, memory, disk, portInUse, databaseConnections, pool, deadlock, dns],
  ...[
    certificate,
    rateLimit,
    authentication,
    processLimits,
    licence,
    clock,
    scriptSyntax,
    migration,
    database,
  ],
  ...[variable, permission, missingFile, connection, queue, leader, configuration, nullReference, parsing],
  ...[upstream, timeout, exception],
]

export interface FamilyReading extends Reading {
  family: string
  class: Family['class']
}

/** What a text means, as far as any family knows. */
export function readingOf(text: string): FamilyReading | undefined {
  const lower = text.toLowerCase()
  for (const family of families) {
    if (!family.words.some(word => lower.includes(word))) continue
    const reading = family.read(text)
    if (reading) return { ...reading, family: family.name, class: reading.class ?? family.class }
  }
  return undefined
}
