import { DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import { callColumns, createTable, feedbackColumns, insertRows, parseRow } from '../duckdb-schema.ts'
import { memoryTelemetry } from '../memory.ts'
import { callHistoryContract } from './call-history.contract.ts'
import { duckDbCallHistory } from './duckdb-call-history.ts'
import { memoryCallHistory, type ToldCall } from './memory-call-history.ts'

callHistoryContract('memory', async (calls, said) => {
  const telemetry = memoryTelemetry()
  await telemetry.append(calls, said)
  return memoryCallHistory(async of => {
    const found = await telemetry.calls({ ...of, limit: 1e6 })
    return Promise.all(found.map(async ({ id }) => (await telemetry.call(id)) as ToldCall))
  })
})

callHistoryContract('DuckDB', async (calls, said) => {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
  for (const [table, columns, rows] of [
    ['calls', callColumns, calls],
    ['feedback', feedbackColumns, said],
  ] as const) {
    await connection.run(createTable(table, columns))
    await connection.run(insertRows(table, columns), [JSON.stringify(rows)])
  }
  return duckDbCallHistory(async <T>(sql: string, values: DuckDBValue[]) => {
    const result = await connection.runAndReadAll(sql, values)
    return result.getRows().map(([row]) => parseRow<T>(row))
  })
})
