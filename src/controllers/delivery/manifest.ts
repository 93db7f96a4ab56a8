import { type Document, LineCounter, parseAllDocuments } from 'yaml'
import type { ObjectMeta, Resource } from '../../api/kind.ts'
import { source } from '../../api/source.ts'

/** An object as a file of the repository says it: only what a person writes, nothing a server adds. */
export interface SourceObject {
  resource: Resource
  file: string
  /** Of the document's first line, counted from 1. */
  line: number
  /** The line of a field such as `spec.steps[0]`, or of its nearest parent. */
  lineOf(field: string): number
}

export interface Problem {
  file: string
  line: number
  message: string
}

export interface ParsedFile {
  objects: SourceObject[]
  problems: Problem[]
}

const DEPTH = 64
const ALIASES = 100
const DOCUMENTS = 5000

/**
 * The objects of one YAML file, which may hold several documents. Content is untrusted: aliases, depth and counts are
 * bounded, unknown tags refused, and no message quotes the file, which may hold secrets. Documents with neither
 * apiVersion nor kind are no objects and are passed over.
 */
export function parseManifest(file: string, bytes: Uint8Array): ParsedFile {
  const parsed: ParsedFile = { objects: [], problems: [] }
  const counter = new LineCounter()
  const lineAt = (offset: number) => Math.max(1, counter.linePos(offset).line)
  const problem = (line: number, message: string) => void parsed.problems.push({ file, line, message })
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const documents = parseAllDocuments(text, { lineCounter: counter, prettyErrors: false })
    if (!Array.isArray(documents)) return parsed
    if (documents.length > DOCUMENTS) {
      problem(1, `the file holds more than ${DOCUMENTS} documents`)
      return parsed
    }
    for (const document of documents) readDocument(document, file, lineAt, parsed)
  } catch (error) {
    if (error instanceof RangeError) problem(1, 'the file is nested too deeply')
    else if (error instanceof TypeError) problem(1, 'the file is not UTF-8 text')
    else throw error
  }
  return parsed
}

function readDocument(
  document: Document.Parsed,
  file: string,
  lineAt: (offset: number) => number,
  { objects, problems }: ParsedFile,
): void {
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0) {
    for (const fault of faults.slice(0, 3))
      problems.push({ file, line: lineAt(fault.pos[0]), message: sentence(fault.message) })
    return
  }
  const start = document.contents?.range?.[0] ?? document.range[0]
  const line = lineAt(start)
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: ALIASES })
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    problems.push({ file, line, message: 'aliases are used too often' })
    return
  }
  if (!isObject(value) || !('apiVersion' in value || 'kind' in value)) return
  const wrong = structureFault(value) ?? valueFault(value)
  if (wrong) {
    problems.push({ file, line: lineOf(document, wrong.field, line, lineAt), message: wrong.message })
    return
  }
  // structureFault has checked what makes it a Resource.
  const resource = written(value as unknown as Resource)
  objects.push({ resource, file, line, lineOf: field => lineOf(document, field, line, lineAt) })
}

interface Fault {
  field: string
  message: string
}

function structureFault(value: Record<string, unknown>): Fault | undefined {
  const { apiVersion, kind, metadata } = value
  if (typeof apiVersion !== 'string' || !/^([a-z0-9.-]+\/)?[a-z0-9]+$/.test(apiVersion))
    return { field: 'apiVersion', message: 'apiVersion must be given, such as v1 or keelway.dev/v1alpha1' }
  if (typeof kind !== 'string' || !/^[A-Za-z][A-Za-z0-9]{0,62}$/.test(kind))
    return { field: 'kind', message: 'kind must be given, such as Prompt' }
  if (!isObject(metadata) || typeof metadata.name !== 'string' || !metadata.name)
    return { field: 'metadata', message: `metadata.name of this ${kind} must be given` }
  if (!/^[A-Za-z0-9]([A-Za-z0-9.:_-]*[A-Za-z0-9])?$/.test(metadata.name) || metadata.name.length > 253)
    return { field: 'metadata.name', message: 'metadata.name has characters that are not allowed' }
  const { namespace } = metadata
  if (
    namespace !== undefined &&
    !(typeof namespace === 'string' && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace))
  )
    return { field: 'metadata.namespace', message: 'metadata.namespace is not a name of a namespace' }
  for (const part of ['labels', 'annotations'] as const) {
    const map = metadata[part]
    const plain = map === undefined || map === null || isObject(map)
    const wrong = isObject(map) && Object.entries(map).find(([, text]) => typeof text !== 'string')
    if (!plain || wrong)
      return {
        field: `metadata.${part}`,
        message: `metadata.${part} must be a map of texts; quote its values`,
      }
  }
  return undefined
}

/** JSON can't hold every YAML value, and some keys would reach prototypes. */
function valueFault(value: unknown, field = '', depth = 0): Fault | undefined {
  if (depth > DEPTH) return { field, message: `the object is nested deeper than ${DEPTH} levels` }
  if (typeof value === 'number' && !Number.isFinite(value))
    return { field, message: `${field} is not a number that JSON can hold` }
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function')
    return { field, message: `${field} is not a value that JSON can hold` }
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      const fault = valueFault(item, `${field}[${i}]`, depth + 1)
      if (fault) return fault
    }
    return undefined
  }
  if (!isObject(value)) return undefined
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    return { field, message: `${field} is not a value that JSON can hold` }
  for (const [key, member] of Object.entries(value)) {
    if (key === '__proto__') return { field, message: 'a field may not be named __proto__' }
    const fault = valueFault(member, field ? `${field}.${key}` : key, depth + 1)
    if (fault) return fault
  }
  return undefined
}

const ownAnnotations: readonly string[] = Object.values(source)

/** Without status and the metadata that a server or a Delivery writes. */
function written({ status: _, metadata, ...content }: Resource): Resource {
  const { name, namespace, labels, annotations } = metadata
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !ownAnnotations.includes(key))
  const plain: ObjectMeta = {
    name,
    ...(namespace && { namespace }),
    ...(labels && { labels }),
    ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
  }
  // Through JSON, so that aliased parts are copies and dates are texts.
  return JSON.parse(JSON.stringify({ ...content, metadata: plain }))
}

function lineOf(
  document: Document.Parsed,
  field: string,
  otherwise: number,
  lineAt: (offset: number) => number,
): number {
  const path = field.split(/[.[\]]+/).filter(Boolean)
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(
      path.slice(0, length).map(part => (/^\d+$/.test(part) ? Number(part) : part)),
      true,
    ) as { range?: [number, number, number] } | undefined
    if (node?.range) return lineAt(node.range[0])
  }
  return otherwise
}

/** The first line of the parser's message; what follows would quote the file. */
const sentence = (message: string): string => {
  const first = (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '').slice(0, 200)
  return first.charAt(0).toLowerCase() + first.slice(1)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
