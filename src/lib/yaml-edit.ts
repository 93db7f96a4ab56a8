import { type Document, isMap, isScalar, isSeq, type Node, parseAllDocuments } from 'yaml'
import { type Edit, EditError, edited, sameValue } from './json-edit.ts'
import { indentOf, isJson, spliced } from './yaml-splice.ts'

/** Aliases that a document may use, against documents that grow without bound. */
const ALIASES = 100

/**
 * The text of a YAML (or JSON) file with edits made to one of its documents. What the edits do not touch stays as it is
 * byte for byte: comments, order, quotes and other documents. Where an edit can not be made in place, as within braces,
 * that one document is written anew with its comments and order. The outcome is parsed and compared with the edits made
 * to the plain value, so that no spelling of YAML can smuggle in another change.
 * @param wanted says which document is meant; exactly one has to be
 * @throws EditError when no or several documents are meant, an edit does not fit, or the text is no YAML
 */
export function editYaml(text: string, wanted: (value: unknown) => boolean, edits: readonly Edit[]): string {
  const before = valuesOf(text)
  const meant = before.flatMap((value, i) => (wanted(value) ? [i] : []))
  const [index] = meant
  if (index === undefined) throw new EditError('the file does not hold it')
  if (meant.length > 1) throw new EditError(`the file holds it ${meant.length} times`)
  // All edits are tried on the value first: their errors are better than those of text.
  edited(before[index], edits)
  let now = text
  let values = before
  for (const edit of edits) {
    if (edit.op === 'test') continue
    const expected = values.map((value, i) => (i === index ? edited(value, [edit]) : value))
    if (sameValue(expected, values)) continue
    now =
      [inPlace, rewritten]
        .map(way => way(now, index, edit))
        .find(candidate => candidate !== undefined && says(candidate, expected)) ?? refuse(edit)
    values = expected
  }
  return now
}

/** The values of all documents. @throws EditError when the text is no YAML, or has aliases without bound */
export function valuesOf(text: string): unknown[] {
  const documents = documentsOf(text)
  for (const { errors, warnings } of documents) {
    const [fault] = [...errors, ...warnings]
    if (fault) throw new EditError(`the file is no YAML: ${fault.message.split('\n')[0]}`)
  }
  try {
    return documents.map(document => document.toJS({ maxAliasCount: ALIASES }))
  } catch (error) {
    if (error instanceof ReferenceError || error instanceof RangeError)
      throw new EditError('the file has too many aliases or is nested too deeply')
    throw error
  }
}

function documentsOf(text: string): Document.Parsed[] {
  try {
    const documents = parseAllDocuments(text, { prettyErrors: false })
    return Array.isArray(documents) ? documents : []
  } catch (error) {
    if (error instanceof RangeError) throw new EditError('the file is nested too deeply')
    throw error
  }
}

function says(text: string, expected: readonly unknown[]): boolean {
  try {
    return sameValue(valuesOf(text), expected)
  } catch (error) {
    if (error instanceof EditError) return false
    throw error
  }
}

const refuse = ({ op, path }: Edit): never => {
  throw new EditError(`${op} ${path} can not be written to this file; an anchor may stand for several places`)
}

const inPlace = (text: string, index: number, edit: Edit): string | undefined => {
  const document = documentsOf(text)[index]
  return document && spliced(text, document, edit)
}

/** Writes the one document anew. */
function rewritten(text: string, index: number, edit: Edit): string | undefined {
  const documents = documentsOf(text)
  const document = documents[index]
  if (!document) return undefined
  const from = documents[index - 1]?.range[2] ?? 0
  const end = document.range[2]
  const value = edited(document.toJS({ maxAliasCount: ALIASES }), [edit])
  if (isJson(text)) return `${JSON.stringify(value, null, indentOf(text))}\n`
  adopt(document, value)
  const written = document.toString({
    lineWidth: 0,
    indent: indentOf(text),
    flowCollectionPadding: /\{ /.test(text.slice(from, end)),
  })
  return text.slice(0, from) + written + text.slice(end)
}

/** Brings the nodes of a document in line with a value; nodes that say it already stay, with their comments. */
function adopt(document: Document.Parsed, value: unknown): void {
  const next = (node: unknown, wanted: unknown): Node => {
    if (isMap(node) && isObject(wanted)) {
      for (const key of Object.keys(wanted))
        node.set(
          node.items.find(({ key: k }) => nameOf(k) === key)?.key ?? key,
          next(node.get(key, true), wanted[key]),
        )
      node.items = node.items.filter(({ key }) => Object.hasOwn(wanted, nameOf(key)))
      return node
    }
    if (isSeq(node) && Array.isArray(wanted)) {
      const { items } = node
      node.items = wanted.map((item, i) => {
        const same = items.find(other => sameValue(toJs(document, other), item))
        return same ?? next(items[i], item)
      })
      return node
    }
    if (isScalar(node) && !isContainer(wanted)) {
      if (node.value !== wanted) {
        node.value = wanted
        delete node.source
        if (typeof wanted !== 'string') delete node.type
      }
      return node
    }
    return document.createNode(wanted) as Node
  }
  document.contents = next(document.contents, value) as never
}

const toJs = (document: Document.Parsed, node: unknown): unknown =>
  node instanceof Object && 'toJS' in node ? (node as Node).toJS(document, { maxAliasCount: ALIASES }) : node

const nameOf = (key: unknown): string => String(isScalar(key) ? key.value : key)

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null
const isObject = (value: unknown): value is Record<string, unknown> =>
  isContainer(value) && !Array.isArray(value)
