import type { Family } from '../family.ts'

const forms =
  /too many (?:clients|connections)|max_connections|max number of clients reached|remaining connection slots are reserved|max_user_connections|connection limit (?:exceeded|reached)|Too many connections/i

/** The server takes no more connections. */
export const databaseConnections: Family = {
  name: 'too-many-connections',
  class: 'dependency',
  words: ['too many', 'max_', 'max number of clients', 'connection slots', 'connection limit'],
  read: text =>
    forms.test(text) && !/too many requests/i.test(text)
      ? {
          means: 'is refused by the database, which has too many connections already',
          fix: 'See who holds the connections (pools times replicas), make pools smaller or put a pooler in between, then raise max_connections.',
          tells: 0.92,
        }
      : undefined,
}
