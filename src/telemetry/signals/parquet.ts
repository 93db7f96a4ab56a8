import { DuckDBInstance } from '@duckdb/node-api'
import { appendColumns } from './duckdb-columns.ts'
import type { Cell, ColumnType } from './schema.ts'

export interface ParquetColumn {
  name: string
  type: ColumnType
}

/** Writes rows that are no table of DuckDB's into a Parquet file, a part at a time. */
export async function writeParquet(
  path: string,
  columns: readonly ParquetColumn[],
  parts: AsyncIterable<readonly Readonly<Record<string, Cell>>[]>,
): Promise<void> {
  const database = await DuckDBInstance.create(':memory:', { memory_limit: '512MB', threads: '1' })
  const connection = await database.connect()
  try {
    const list = columns.map(({ name, type }) => `"${name}" ${type}`)
    await connection.run(`create table rows (${list.join(', ')})`)
    const appender = await connection.createAppender('rows')
    for await (const rows of parts)
      await appendColumns(
        appender,
        { rows: rows.length, columns: columns.map(({ name }) => rows.map(row => row[name] ?? null)) },
        columns.map(({ type }) => type),
      )
    appender.closeSync()
    await connection.run(copyTo(path, 'from rows'))
  } finally {
    connection.closeSync()
    database.closeSync()
  }
}

export const copyTo = (path: string, query: string): string =>
  `copy (${query}) to '${path.replaceAll("'", "''")}' (format parquet, compression zstd)`
