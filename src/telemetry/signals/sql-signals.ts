import { modelCallGroups } from './model-calls.ts'
import { checkMeasure, comparedGroups, type Group, largest } from './questions.ts'
import { requestsOfMetrics } from './request-metrics.ts'
import type { SignalStore, TopQuery } from './signal-store.ts'
import type { SqlDatabase } from './sql-database.ts'
import { sqlLogs } from './sql-logs.ts'
import { sqlMetrics } from './sql-metrics.ts'
import { sqlRecords } from './sql-records.ts'
import { sqlSpans } from './sql-spans.ts'

export type Questions = Omit<SignalStore, 'append' | 'stats' | 'maintain' | 'export' | 'close'>

/**
 * The questions of a signal store, asked in SQL that DuckDB and PostgreSQL both know.
 * @param rolled brings the sums up to date
 * @param detailsFrom first microsecond of which rows of a table are kept
 */
export function sqlQuestions(
  database: SqlDatabase,
  rolled: () => Promise<void>,
  detailsFrom: (table: 'spans' | 'logs') => Promise<number>,
): Questions {
  const { servedGroups, calledGroups, requests, serviceGraph } = sqlSpans(database, rolled, () =>
    detailsFrom('spans'),
  )
  const { templates, templateGroups } = sqlLogs(database, rolled, () => detailsFrom('logs'))
  const { eventGroups, ...records } = sqlRecords(database)
  const metrics = sqlMetrics(database)
  const called = async (query: Omit<TopQuery, 'limit'>) =>
    modelCallGroups(metrics, query, await calledGroups(query))
  const askers: Record<TopQuery['of'], (query: Omit<TopQuery, 'limit'>) => Promise<Group[]>> = {
    operations: servedGroups,
    services: servedGroups,
    models: called,
    routes: called,
    templates: templateGroups,
    events: eventGroups,
  }
  const groups = async (query: Omit<TopQuery, 'limit'>): Promise<Group[]> => {
    checkMeasure(query)
    return askers[query.of](query)
  }
  return {
    ...records,
    ...metrics,
    templates,
    serviceGraph,
    requests: async query => {
      const found = await requests(query)
      return found.length > 0 ? found : requestsOfMetrics(metrics, query)
    },
    top: async ({ limit, ...query }) => largest(await groups(query), limit),
    compare: async ({ limit, before, after, ...query }) =>
      comparedGroups(
        await groups({ ...query, window: before }),
        await groups({ ...query, window: after }),
        limit,
      ),
  }
}
