const units = new Set('b kb mb gb tb pb kib mib gib tib ns us ms s sec secs m min mins h hr hrs d'.split(' '))

/** Whether the letters behind a number are a unit of size or time. */
export const isUnit = (line: string, start: number, end: number): boolean =>
  units.has(line.slice(start, end).toLowerCase())

const domains = new Set(
  'com net org edu gov mil int info biz local internal localdomain lan cn hk tw jp kr uk de fr nl br ru au ca us eu ch pl cz'.split(
    ' ',
  ),
)

/** Whether a dotted name ends as names of hosts do. Names of packages and files, which begin or end otherwise, are words. */
export function isHostName(line: string, start: number, end: number, severalDots: boolean): boolean {
  const last = line.lastIndexOf('.', end - 1)
  if (last <= start || end - last > 12) return false
  const name = line.slice(last + 1, end)
  return domains.has(name) && (severalDots || name.length > 2)
}

const dateParts = new Set(
  (
    'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun ' +
    'UTC GMT EST EDT CST CDT MST MDT PST PDT CET BST JST IST'
  ).split(' '),
)

/** Whether the three letters before a number are part of a date: a month, a day of the week or a time zone. */
export const isDatePart = (line: string, start: number): boolean =>
  dateParts.has(line.slice(start, start + 3))

const literals = new Set('null nil none true false nan undef'.split(' '))

/** Whether a word stands for a value in most programming languages. */
export const isLiteral = (line: string, start: number, end: number): boolean =>
  literals.has(line.slice(start, end).toLowerCase())
