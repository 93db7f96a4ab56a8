const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const days = 'sun mon tue wed thu fri sat'.split(' ')
const fields = [
  { name: 'minute', least: 0, most: 59, words: [] as string[] },
  { name: 'hour', least: 0, most: 23, words: [] as string[] },
  { name: 'day of the month', least: 1, most: 31, words: [] as string[] },
  { name: 'month', least: 1, most: 12, words: months },
  { name: 'day of the week', least: 0, most: 7, words: days },
] as const

/** Why a schedule is none that a CronJob takes, in words; undefined for good ones (pkg.go.dev/github.com/robfig/cron/v3). */
export function scheduleFault(schedule: string): string | undefined {
  const text = schedule.trim().replace(/^(TZ|CRON_TZ)=\S{1,100}\s+/, '')
  if (text.startsWith('@'))
    return /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \S{1,50})$/.test(text)
      ? undefined
      : `${text.slice(0, 40)} is no known word`
  const parts = text.split(/\s+/)
  if (parts.length !== fields.length) return `it has ${parts.length} fields and needs 5`
  for (const [index, field] of fields.entries()) {
    const fault = fieldFault(parts[index] ?? '', field)
    if (fault) return `${fault} for the ${field.name}`
  }
  return undefined
}

function fieldFault(text: string, { least, most, words }: (typeof fields)[number]): string | undefined {
  for (const part of text.slice(0, 500).split(',')) {
    const [, from = '', to, step] =
      /^(\*|\?|[A-Za-z]{3}|\d{1,5})(?:-([A-Za-z]{3}|\d{1,5}))?(?:\/(\d{1,5}))?$/.exec(part) ?? []
    if (from === '') return `"${part.slice(0, 40)}" is no value`
    if (step !== undefined && Number(step) === 0) return 'a step of 0 is none'
    const values = [from, ...(to === undefined ? [] : [to])]
      .filter(value => value !== '*' && value !== '?')
      .map(value =>
        /^\d+$/.test(value)
          ? Number(value)
          : words.indexOf(value.toLowerCase()) + (words.length === 12 ? 1 : 0),
      )
    for (const [index, value] of values.entries()) {
      const unknown = value < least && !/^\d+$/.test(index === 0 ? from : (to ?? ''))
      if (unknown) return `"${part.slice(0, 40)}" is no value`
      if (value < least || value > most) return `${value} is not within ${least} and ${most}`
    }
    if (values.length === 2 && (values[0] ?? 0) > (values[1] ?? 0))
      return `"${part.slice(0, 40)}" ends before it begins`
  }
  return undefined
}
