import { parseAllDocuments } from 'yaml'
import type { Resource } from '../../api/kind.ts'
import { isObject } from './pointer.ts'

const limits = { characters: 2 ** 20, documents: 1000, aliases: 100 } as const

/**
 * The objects that a YAML file of a repository declares, in order. Content is untrusted: what is too large, broken or no
 * object is passed over, since a Delivery says so elsewhere.
 */
export function objectsIn(text: string): Resource[] {
  if (text.length > limits.characters) return []
  try {
    const documents = parseAllDocuments(text, { prettyErrors: false, logLevel: 'silent' })
    if (!Array.isArray(documents) || documents.length > limits.documents) return []
    return documents.flatMap(document => {
      if (document.errors.length > 0) return []
      const value: unknown = document.toJS({ maxAliasCount: limits.aliases })
      // Through JSON, so that aliased parts are copies and dates are texts.
      const copy: unknown = value === undefined ? undefined : JSON.parse(JSON.stringify(value))
      return isResource(copy) ? [copy] : []
    })
  } catch (error) {
    // Nested too deeply, or aliases used too often.
    if (error instanceof RangeError || error instanceof ReferenceError || error instanceof TypeError)
      return []
    throw error
  }
}

const isResource = (value: unknown): value is Resource =>
  isObject(value) &&
  typeof value.apiVersion === 'string' &&
  typeof value.kind === 'string' &&
  isObject(value.metadata) &&
  typeof value.metadata.name === 'string'

export const isYaml = (path: string): boolean => /\.ya?ml$/i.test(path)

/** Whether a file is in a folder, as a Delivery's `spec.path` names it: `.`, `deploy`, `./deploy/`. */
export function isUnder(file: string, folder: string): boolean {
  const prefix = folder
    .split('/')
    .filter(part => part !== '' && part !== '.')
    .join('/')
  return prefix === '' || file.startsWith(`${prefix}/`)
}
