/** One log line: a constant message, and fields that say about what. Fields are sanitised by the runtime. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, string | number>>,
) => void
