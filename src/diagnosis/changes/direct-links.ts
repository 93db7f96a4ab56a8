import type { Edit } from './diff/edit.ts'
import type { Symptoms } from './symptoms/symptom.ts'

/** What ties a change to the symptoms without words: a place in a stack, or the very values. */
export interface DirectLink {
  /** 0 to 1. */
  share: number
  detail: string
  source: string
}

const most = { text: 4_000, path: 200 } as const

/** The strongest link, if there is one. */
export function directLink(edit: Edit, symptoms: Symptoms): DirectLink | undefined {
  const links = [...stackLinks(edit, symptoms), ...valueLinks(edit, symptoms)]
  return links.reduce<DirectLink | undefined>(
    (best, link) => (best && best.share >= link.share ? best : link),
    undefined,
  )
}

/** A failing line of code stands in a file that was changed. */
function stackLinks({ files }: Edit, { sayings }: Symptoms): DirectLink[] {
  const told = sayings.filter(({ weight, source }) => weight >= 0.4 && source !== 'incident.json')
  return files.flatMap(({ path, role, removed, added }) => {
    const parts = path.toLowerCase().slice(-most.path).split('/')
    const name = parts.at(-1) ?? ''
    const runs = (role === 'code' || role === 'config') && removed.length + added.length > 0
    if (!runs || name.length < 4 || !name.includes('.')) return []
    const longer = parts.length > 1 ? parts.slice(-2).join('/') : undefined
    for (const { text, source } of told) {
      const lower = text.slice(0, most.text).toLowerCase()
      if (longer !== undefined && lower.includes(longer))
        return [{ share: 0.9, detail: `the failure is told at ${longer}, which it changes`, source }]
      if (!everywhere.test(name) && placed(lower, name))
        return [{ share: 0.7, detail: `the failure is told at ${name}, which it changes`, source }]
    }
    return []
  })
}

/** Names that many folders have. */
const everywhere = /^(index|main|app|server|handler|config|util\w*|init|__init__|mod|lib|client|service)\./

/** The name of a file followed by a line, as stacks print it. */
function placed(text: string, name: string): boolean {
  const at = text.indexOf(name)
  if (at < 0) return false
  const before = at === 0 ? ' ' : (text[at - 1] ?? ' ')
  return (
    !/[\w-]/.test(before) &&
    /^(:\d|\(\d|", line \d|, line \d|:\s?\d)/.test(text.slice(at + name.length, at + name.length + 9))
  )
}

/** A level that went from the old value to the new one, or a limit that is named with the new one. */
function valueLinks({ settings }: Edit, { shifts, sayings }: Symptoms): DirectLink[] {
  const links: DirectLink[] = []
  for (const { name, before, after } of settings) {
    if (before?.number === undefined || after?.number === undefined || after.number === before.number)
      continue
    const forms = formsOf(before.number, after.number, after.unit)
    for (const { metric, source, before: old, after: now } of shifts)
      if (forms.some(([a, b]) => equal(a, old) && equal(b, now)))
        links.push({ share: 0.95, detail: `${metric} went from ${old} to ${now}, as ${name} did`, source })
    for (const { text, source, weight } of sayings) {
      if (weight < 0.5 || source === 'incident.json') continue
      const numbers = (text.slice(0, most.text).match(/(?<![\w.-])\d+(?:\.\d+)?/g) ?? []).map(Number)
      const exact = forms.find(([, b]) => b >= 2 && numbers.some(number => equal(number, b)))
      if (!exact) continue
      links.push({
        share: exact[1] >= 100 || !Number.isInteger(exact[1]) ? 0.6 : 0.35,
        detail: `"${text.slice(0, 120)}" has the new value of ${name}`,
        source,
      })
      break
    }
  }
  return links
}

function formsOf(before: number, after: number, unit: string): [number, number][] {
  const factors = unit === 'time' ? [1, 1000, 1 / 60] : unit === 'bytes' ? [1, 2 ** -20, 2 ** -30] : [1]
  return factors.map(factor => [before * factor, after * factor])
}

const equal = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b))
