import {
  BOOLEAN,
  DOUBLE,
  type DuckDBAppender,
  DuckDBDataChunk,
  type DuckDBType,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api'
import type { ColumnBatch, ColumnType } from './schema.ts'

/** Rows of one chunk, which is DuckDB's vector size. */
const chunkRows = 2048

/** BIGINT is handed over as DOUBLE, which the appender casts: bigints are slow to make, and all are below 2^53. */
const types: Record<ColumnType, DuckDBType> = {
  BIGINT: DOUBLE,
  INTEGER,
  DOUBLE,
  BOOLEAN,
  VARCHAR,
}

/** Chunks after which others may use the thread. */
const chunksAtOnce = 4

/** Adds rows column by column. */
export async function appendColumns(
  appender: DuckDBAppender,
  { rows, columns }: Pick<ColumnBatch, 'rows' | 'columns'>,
  columnTypes: readonly ColumnType[],
): Promise<void> {
  const vectorTypes = columnTypes.map(type => types[type])
  for (let from = 0; from < rows; from += chunkRows) {
    const to = Math.min(rows, from + chunkRows)
    const chunk = DuckDBDataChunk.create(vectorTypes, to - from)
    for (const [i, column] of columns.entries()) chunk.setColumnValues(i, column.slice(from, to))
    appender.appendDataChunk(chunk)
    if ((from / chunkRows) % chunksAtOnce === chunksAtOnce - 1)
      await new Promise<void>(resolve => setImmediate(resolve))
  }
}
