import type { Cell } from './schema.ts'

export type Row = Readonly<Record<string, Cell>>
/** Values are `$1`, `$2` … in the statement. */
export type Run = (sql: string, values?: readonly Cell[]) => Promise<Row[]>

/** What the questions of a signal store need of a database; the statements are the same for all. */
export interface SqlDatabase {
  /** Asks, with everything that was appended so far. */
  read: Run
  /** Runs a task in one transaction, in which nobody else writes sums or deletes. */
  exclusively<T>(task: (run: Run) => Promise<T>): Promise<T>
  /** The newest batch of which, and of all before it, nothing is still being written; asked inside `exclusively`. */
  lastBatch(run: Run): Promise<number>
  /** Makes a table that is gone at the end of the transaction, out of a question. */
  temporary(name: string, query: string): string
  /** Whole rows of a table, called `s`, that a condition with order and limit chooses. */
  chosen(table: string, condition: string): string
  /** Disk in use, in bytes. */
  bytes(): Promise<number>
  /** How many rows, about. */
  count(table: string): Promise<number>
  /** Gives the disk of deleted rows back. */
  compact(): Promise<void>
}

export const number = (cell: Cell | undefined): number => Number(cell ?? 0)
export const text = (cell: Cell | undefined): string => String(cell ?? '')
export const micros = (ms: number): number => Math.ceil(ms * 1000 - 1e-3)
export const minuteUs = 60_000_000
