interface Field {
  name: string
  least: number
  most: number
  names?: readonly string[]
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const days = 'sun mon tue wed thu fri sat'.split(' ')
const fields: readonly Field[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, names: months },
  { name: 'day of week', least: 0, most: 6, names: days },
]
const words = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']

/** What is wrong with the schedule of a CronJob (robfig/cron's standard form); undefined when nothing is. */
export function cronProblem(schedule: string): string | undefined {
  if (/^(TZ|CRON_TZ)=/.test(schedule))
    return 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'
  if (words.includes(schedule) || /^@every \d+[\dhmsu.µn]*$/.test(schedule)) return undefined
  const parts = schedule.trim().split(/\s+/)
  if (parts.length !== fields.length)
    return `expected exactly 5 fields, found ${parts.length}: [${schedule.slice(0, 100)}]`
  for (const [i, field] of fields.entries()) {
    const wrong = (parts[i] ?? '').split(',').find(range => !isRange(range, field))
    if (wrong !== undefined)
      return `${field.name}: ${wrong.slice(0, 40)} is not within ${field.least} to ${field.most}`
  }
  return undefined
}

function isRange(text: string, field: Field): boolean {
  const [range = '', step, ...more] = text.split('/')
  if (more.length > 0 || (step !== undefined && !(/^\d{1,4}$/.test(step) && Number(step) > 0))) return false
  if (range === '*' || range === '?') return true
  const [first = '', last = first, ...others] = range.split('-')
  const [from, to] = [numberOf(first, field), numberOf(last, field)]
  return others.length === 0 && from !== undefined && to !== undefined && from <= to
}

function numberOf(text: string, { least, most, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toLowerCase())
  const value = named >= 0 ? named + least : /^\d{1,4}$/.test(text) ? Number(text) : undefined
  return value !== undefined && value >= least && value <= most ? value : undefined
}
