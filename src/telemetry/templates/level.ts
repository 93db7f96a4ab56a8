/** How serious a line says it is, from the least to the most; `unknown` when it does not say. */
export const levels = ['unknown', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type Level = (typeof levels)[number]

const words: Readonly<Record<Exclude<Level, 'unknown'>, string>> = {
  trace: 'trace verbose finest finer v t',
  debug: 'debug fine dbg d',
  info: 'info information notice config i',
  warn: 'warn warning w',
  error: 'error err severe failure e',
  fatal: 'fatal critical crit alert emerg emergency panic f',
}
const codes = new Map(
  Object.entries(words).flatMap(([level, names]) =>
    names.split(' ').map(name => [name, levels.indexOf(level as Level)] as const),
  ),
)

/** The level that a word names, as an index into `levels`; 0 when it names none. Letters alone must be upper case. */
export function levelOf(line: string, start: number, end: number): number {
  const length = end - start
  if (length > 11 || length === 0) return 0
  const c = line.charCodeAt(start)
  if (length === 1) return c >= 68 && c <= 87 ? (codes.get(line.slice(start, end).toLowerCase()) ?? 0) : 0
  // Every such word begins with one of these letters.
  return firstLetters[c & 31] === 1 ? (codes.get(line.slice(start, end).toLowerCase()) ?? 0) : 0
}

const firstLetters = new Uint8Array(32)
for (const name of codes.keys()) firstLetters[name.charCodeAt(0) & 31] = 1
