import { parseQuantity } from '../../lib/quantity.ts'

/** What the quota's admission says when it refuses a pod. */
export interface Exceeded {
  quota: string
  /** By resource, as the quota names it: what was asked for on top of what was in use. */
  needed: Readonly<Record<string, number>>
}

const most = 4000

/**
 * Reads `exceeded quota: NAME, requested: requests.cpu=1,pods=1, used: …, limited: …` out of a message
 * (kubernetes/apiserver, plugin/pkg/admission/resourcequota/controller.go).
 */
export function exceededIn(message: string): Exceeded | undefined {
  const text = message.slice(0, most)
  const start = text.indexOf('exceeded quota: ')
  if (start < 0) return undefined
  const [quota = '', ...parts] = text.slice(start + 'exceeded quota: '.length).split(', ')
  const named = new Map<string, Record<string, number>>()
  for (const part of parts.slice(0, 10)) {
    const colon = part.indexOf(': ')
    if (colon > 0) named.set(part.slice(0, colon), amountsIn(part.slice(colon + 2)))
  }
  const [requested = {}, used = {}] = [named.get('requested'), named.get('used')]
  const names = Object.keys(requested).filter(name => used[name] !== undefined)
  if (!/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(quota) || names.length === 0) return undefined
  return {
    quota,
    needed: Object.fromEntries(names.map(name => [name, (requested[name] ?? 0) + (used[name] ?? 0)])),
  }
}

function amountsIn(text: string): Record<string, number> {
  const found: Record<string, number> = {}
  for (const pair of text.split(',').slice(0, 50)) {
    const equals = pair.lastIndexOf('=')
    const amount = parseQuantity(pair.slice(equals + 1).trim())
    const name = pair.slice(0, equals).trim()
    if (equals > 0 && amount !== undefined && /^[a-z0-9./-]{1,200}$/i.test(name)) found[name] = amount
  }
  return found
}
