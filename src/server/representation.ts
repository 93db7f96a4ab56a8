import type { Resource } from '../api/kind.ts'
import { isJson, type MediaType, parseAccept } from './media-types.ts'
import { invalidOptions, notAcceptable } from './refusals.ts'
import type { ServedKind } from './served-kind.ts'
import { type TablePrinter, tablePrinter } from './table.ts'

/** How objects are shown to a client that may ask for tables or metadata alone. */
export interface Representation {
  form: 'object' | 'table' | 'metadata'
  contentType: string
  /** One object, from its JSON text; `first` on the first one of a stream. */
  one(text: string, first?: boolean): string
  many(texts: readonly string[], metadata: object): string
  /** The object of a watch's BOOKMARK, from the metadata it carries. */
  bookmark(metadata: object): string
}

export interface RepresentationRequest {
  accept: string | undefined
  query: URLSearchParams
  now: () => number
  /** Whether a table may be answered. */
  tables?: boolean
}

const metaGroup = ({ parameters }: MediaType): boolean =>
  parameters.g === 'meta.k8s.io' && (parameters.v === 'v1' || parameters.v === 'v1beta1')

/** @throws ApiError NotAcceptable when the client takes nothing this server gives */
export function representationFor(served: ServedKind, request: RepresentationRequest): Representation {
  for (const clause of parseAccept(request.accept)) {
    if (!isJson(clause)) continue
    const { as, v = 'v1' } = clause.parameters
    if (as === undefined) return objects(served)
    if (!metaGroup(clause)) continue
    const contentType = `application/json;as=${as};v=${v};g=meta.k8s.io`
    if (as === 'Table' && request.tables !== false) return tables(served, request, v)
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')
      return partial(v, contentType.replace('List', ''))
  }
  throw notAcceptable(['application/json'])
}

const objects = ({ kind, apiVersion }: ServedKind): Representation => ({
  form: 'object',
  contentType: 'application/json',
  one: text => text,
  many: (texts, metadata) =>
    `{"kind":"${kind.kind}List","apiVersion":"${apiVersion}","metadata":${JSON.stringify(metadata)},"items":[${texts.join(',')}]}`,
  bookmark: metadata => JSON.stringify({ kind: kind.kind, apiVersion, metadata }),
})

const metadataOf = (text: string): Resource['metadata'] => (JSON.parse(text) as Resource).metadata

function partial(version: string, contentType: string): Representation {
  const apiVersion = `meta.k8s.io/${version}`
  const one = (metadata: object) => ({ kind: 'PartialObjectMetadata', apiVersion, metadata })
  return {
    form: 'metadata',
    contentType,
    one: text => JSON.stringify(one(metadataOf(text))),
    many: (texts, metadata) =>
      JSON.stringify({
        kind: 'PartialObjectMetadataList',
        apiVersion,
        metadata,
        items: texts.map(text => one(metadataOf(text))),
      }),
    bookmark: metadata => JSON.stringify(one(metadata)),
  }
}

const printers = new WeakMap<ServedKind, TablePrinter>()

function printerFor(served: ServedKind): TablePrinter {
  const known = printers.get(served)
  if (known) return known
  const printer = tablePrinter(served.kind)
  printers.set(served, printer)
  return printer
}

function tables(served: ServedKind, { query, now }: RepresentationRequest, version: string): Representation {
  const printer = printerFor(served)
  const include = query.get('includeObject') ?? 'Metadata'
  if (!['None', 'Metadata', 'Object'].includes(include))
    throw invalidOptions('TableOptions', [
      {
        reason: 'FieldValueNotSupported',
        field: 'includeObject',
        message: `Unsupported value: "${include}": supported values: "Metadata", "None", "Object"`,
      },
    ])
  const row = (text: string) => {
    const object = JSON.parse(text) as Resource
    const apiVersion = `meta.k8s.io/${version}`
    return {
      cells: printer.cells(object, now()),
      ...(include === 'Object' && { object }),
      ...(include === 'Metadata' && {
        object: { kind: 'PartialObjectMetadata', apiVersion, metadata: object.metadata },
      }),
    }
  }
  const table = (texts: readonly string[], metadata: object, headed: boolean) =>
    JSON.stringify({
      kind: 'Table',
      apiVersion: `meta.k8s.io/${version}`,
      metadata,
      columnDefinitions: headed ? printer.columnDefinitions : [],
      rows: texts.map(row),
    })
  return {
    form: 'table',
    contentType: `application/json;as=Table;v=${version};g=meta.k8s.io`,
    one: (text, first = true) =>
      table([text], { resourceVersion: metadataOf(text).resourceVersion ?? '' }, first),
    many: (texts, metadata) => table(texts, metadata, true),
    bookmark: metadata => table([], metadata, false),
  }
}
