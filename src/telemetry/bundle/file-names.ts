import { createHash } from 'node:crypto'

/** The file of what names no service; a service of this name is encoded. */
const nameless = '-'
const longest = 200

/** The file name of a service, percent-encoded; `taken` holds those in use, in lower case. */
export function fileNameOf(service: string, taken: Set<string>): string {
  const plain =
    service === ''
      ? nameless
      : service === nameless
        ? '%2D'
        : encodeURIComponent(service.toWellFormed()).replace(/[*'()!~]/g, hex)
  // Some file systems do not tell `Cart` from `cart`.
  const told = taken.has(plain.toLowerCase()) ? plain.replace(/(?<!%|%.)[A-Za-z]/g, hex) : plain
  const name = told.length <= longest ? told : shortened(plain, service)
  taken.add(name.toLowerCase())
  return name
}

const shortened = (name: string, service: string): string =>
  `${name.slice(0, longest).replace(/%.?$/, '')}~${createHash('sha256').update(service).digest('hex').slice(0, 12)}`

/** The service of a file name without its ending; a name that is not well encoded is taken as it is. */
export function serviceOf(name: string): string {
  if (name === nameless) return ''
  try {
    return decodeURIComponent(name)
  } catch {
    // Others write a bare % into names.
    return name
  }
}

const hex = (sign: string): string => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`
