const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const days = 'sun mon tue wed thu fri sat'.split(' ')

interface Field {
  name: string
  least: number
  most: number
  /** Words for values, the first for `first`. */
  words: readonly string[]
  first: number
}
const fields: readonly Field[] = [
  { name: 'minute', least: 0, most: 59, words: [], first: 0 },
  { name: 'hour', least: 0, most: 23, words: [], first: 0 },
  { name: 'day of the month', least: 1, most: 31, words: [], first: 0 },
  { name: 'month', least: 1, most: 12, words: months, first: 1 },
  { name: 'day of the week', least: 0, most: 7, words: days, first: 0 },
]

/** Why a schedule is none that a CronJob takes, in words; undefined for good ones (pkg.go.dev/github.com/robfig/cron/v3). */
export function scheduleFault(schedule: string): string | undefined {
  const text = schedule.trim().replace(/^(TZ|CRON_TZ)=\S{1,100}\s+/, '')
  if (text.startsWith('@'))
    return /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \S{1,50})$/.test(text)
      ? undefined
      : `${text.slice(0, 40)} is no known word`
  const parts = text.split(/\s+/)
  if (parts.length !== fields.length) return `it has ${parts.length} fields and needs 5`
  for (const [index, field] of fields.entries())
    for (const part of (parts[index] ?? '').slice(0, 500).split(',')) {
      const fault = partFault(part, field)
      if (fault) return `${fault} for the ${field.name}`
    }
  return undefined
}

/** `5`, `mon`, `1-5`, `*`, and each with a step such as `*` `/15`. */
function partFault(part: string, field: Field): string | undefined {
  const [, from = '', to, step] =
    /^(\*|\?|[A-Za-z]{3}|\d{1,5})(?:-([A-Za-z]{3}|\d{1,5}))?(?:\/(\d{1,5}))?$/.exec(part) ?? []
  if (from === '') return `"${part.slice(0, 40)}" is no value`
  if (step !== undefined && Number(step) === 0) return 'a step of 0 is none'
  if (from === '*' || from === '?') return undefined
  const values = [from, ...(to === undefined ? [] : [to])].map(text => numberOf(text, field))
  if (values.includes(undefined)) return `"${part.slice(0, 40)}" is no value`
  const outside = values.find(value => value !== undefined && (value < field.least || value > field.most))
  if (outside !== undefined) return `${outside} is not within ${field.least} and ${field.most}`
  const [first = 0, last = first] = values
  return first > last ? `"${part.slice(0, 40)}" ends before it begins` : undefined
}

function numberOf(text: string, { words, first }: Field): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  const at = words.indexOf(text.toLowerCase())
  return at < 0 ? undefined : at + first
}
