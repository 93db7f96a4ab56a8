import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { type Edit, tokensOf } from './json-edit.ts'

type Ranged = Node & { range?: [number, number, number] | null | undefined }

/**
 * The text with one edit of a block-style document made in place, so that nothing else moves. It is a proposal: whoever
 * asks compares what the text says afterwards. Undefined where lines do not tell what to change, as within braces.
 */
export function spliced(
  text: string,
  document: Document.Parsed,
  { op, path, value }: Edit,
): string | undefined {
  const tokens = tokensOf(path)
  const key = tokens.pop()
  if (key === undefined || op === 'test') return undefined
  const parent = tokens.length === 0 ? document.contents : document.getIn(tokens.map(keyIn(document)), true)
  const place = { text, key, value, style: styleOf(text.slice(document.range[0], document.range[2])) }
  if (isMap(parent)) return inMap({ ...place, parent: parent as YAMLMap<Node, Node> }, op)
  if (isSeq(parent)) return inSequence({ ...place, parent: parent as YAMLSeq<Node> }, op)
  return undefined
}

/** Keys of a path as the document has them: numbers in a map stay what they are. */
const keyIn = (document: Document.Parsed) => {
  let at: unknown = document.contents
  return (token: string): unknown => {
    const key = isMap(at) ? (pairOf(at as YAMLMap<Node, Node>, token)?.key ?? token) : Number(token)
    at = isCollection(at) ? at.get(isScalar(key) ? key.value : key, true) : undefined
    return isScalar(key) ? key.value : key
  }
}

interface Place<Parent> {
  text: string
  parent: Parent
  key: string
  value: unknown
  style: Style
}

interface Style {
  json: boolean
  /** Spaces of one level. */
  indent: number
  /** Whether lists stand deeper than the key they belong to, in most places. */
  indentSeq: boolean
}

/** How a document is written. */
function styleOf(text: string): Style {
  const lists = [
    ...text.slice(0, 200_000).matchAll(/^( *)(?:- )?[^\s#-][^\n]*:[ \t]*\n(?:[ \t]*#[^\n]*\n)*( *)- /gm),
  ]
  const deeper = lists.filter(([, key = '', dash = '']) => dash.length > key.length)
  return { json: isJson(text), indent: indentOf(text), indentSeq: deeper.length * 2 >= lists.length }
}

function inMap(
  { text, parent, key, value, style }: Place<YAMLMap<Node, Node>>,
  op: Edit['op'],
): string | undefined {
  const pair = pairOf(parent, key)
  if (pair && op !== 'remove') {
    const scalar = scalarInPlace(text, pair.value, value, style)
    if (scalar !== undefined) return scalar
  }
  const first = startOf(parent.items[0]?.key)
  if (parent.flow || first === undefined) return undefined
  const column = columnOf(text, first)
  const rendered = lines({ [key]: value }, style, column)
  if (!pair) return insertAfter(text, endOf(text, parent), rendered)
  const from = startOf(pair.key)
  const to = endOfPair(text, pair)
  if (from === undefined || to === undefined) return undefined
  if (op !== 'remove') return text.slice(0, from) + rendered.trimStart() + text.slice(to)
  if (parent.items.length === 1 || text.slice(lineStart(text, from), from).trim() !== '') return undefined
  return text.slice(0, lineStart(text, from)) + text.slice(afterLine(text, to))
}

function inSequence(
  { text, parent, key, value, style }: Place<YAMLSeq<Node>>,
  op: Edit['op'],
): string | undefined {
  const index = key === '-' ? parent.items.length : Number(key)
  const item = parent.items[index]
  if (item && op === 'replace') {
    const scalar = scalarInPlace(text, item, value, style)
    if (scalar !== undefined) return scalar
  }
  const dashes = parent.items.map(other => dashOf(text, other))
  const [first] = dashes
  if (parent.flow || first === undefined || dashes.includes(undefined)) return undefined
  const rendered = lines([value], style, columnOf(text, first))
  const dash = dashes[index]
  if (op === 'add')
    return dash === undefined
      ? insertAfter(text, endOf(text, parent), rendered)
      : `${text.slice(0, lineStart(text, dash))}${rendered}\n${text.slice(lineStart(text, dash))}`
  const to = item && endOf(text, item)
  if (dash === undefined || to === undefined) return undefined
  if (op === 'replace') return text.slice(0, dash) + rendered.trimStart() + text.slice(to)
  if (parent.items.length === 1) return undefined
  return text.slice(0, lineStart(text, dash)) + text.slice(afterLine(text, to))
}

/** A scalar written over another one, in its quotes; block scalars keep their style. */
function scalarInPlace(
  text: string,
  node: Ranged | null,
  value: unknown,
  { json }: Style,
): string | undefined {
  if (!isScalar(node) || !node.range || (typeof value === 'object' && value !== null)) return undefined
  const [from, to] = node.range
  const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED'
  const written = json
    ? JSON.stringify(value)
    : block
      ? blockOf(text.slice(from, to), value)
      : plainOf(node, value)
  // An empty value has its range right behind the colon.
  const space = from === to && !/\s/.test(text[from - 1] ?? ' ') ? ' ' : ''
  return written === undefined ? undefined : text.slice(0, from) + space + written + text.slice(to)
}

function plainOf(old: Scalar, value: unknown): string | undefined {
  const scalar = new Scalar(value)
  if (typeof value === 'string' && old.type?.startsWith('QUOTE')) scalar.type = old.type
  const written = stringify(scalar, { lineWidth: 0 }).replace(/\n$/, '')
  return written.includes('\n') ? JSON.stringify(value) : written
}

/** A literal block with the indentation of the old one. */
function blockOf(old: string, value: unknown): string | undefined {
  const indentation = /\n( +)\S/.exec(old)?.[1]
  if (typeof value !== 'string' || !indentation || /^[\s]|\r|\n{2,}$/.test(value) || value === '')
    return undefined
  const chomp = value.endsWith('\n') ? '' : '-'
  const body = value.replace(/\n$/, '').split('\n')
  return `|${chomp}\n${body.map(line => (line === '' ? '' : indentation + line)).join('\n')}\n`
}

/** A value as lines that begin at a column, without a line break at the end. */
const lines = (value: unknown, { indent, indentSeq }: Style, column: number): string =>
  stringify(value, { lineWidth: 0, indent, indentSeq })
    .trimEnd()
    .split('\n')
    .map(line => (line === '' ? '' : ' '.repeat(column) + line))
    .join('\n')

const insertAfter = (text: string, end: number | undefined, rendered: string): string | undefined => {
  if (end === undefined) return undefined
  const at = end > 0 && text[end - 1] === '\n' ? end : endOfLine(text, end)
  const broken = at === 0 || text[at - 1] === '\n'
  return broken
    ? `${text.slice(0, at)}${rendered}\n${text.slice(at)}`
    : `${text.slice(0, at)}\n${rendered}${text.slice(at)}`
}

const pairOf = (map: YAMLMap<Node, Node>, key: string): Pair<Node, Node | null> | undefined =>
  map.items.find(item => String(isScalar(item.key) ? item.key.value : item.key) === key)

const startOf = (node: Ranged | undefined): number | undefined => node?.range?.[0]

/** Where the last thing of a node ends, without comments behind it. */
function endOf(text: string, node: Ranged): number | undefined {
  if (isMap(node) && !node.flow) {
    const last = (node as YAMLMap<Node, Node>).items.at(-1)
    return last ? endOfPair(text, last) : undefined
  }
  if (isSeq(node) && !node.flow) {
    const last = (node as YAMLSeq<Node>).items.at(-1)
    return last ? endOf(text, last) : undefined
  }
  const end = node.range?.[1]
  // The line break behind a block scalar is part of it.
  return end !== undefined && isScalar(node) && text[end - 1] === '\n' ? end - 1 : end
}

const endOfPair = (text: string, { key, value }: Pair<Node, Node | null>): number | undefined => {
  const end = value ? endOf(text, value) : undefined
  return end ?? (key as Ranged).range?.[1]
}

/** Where the dash of an item is, when the item begins in its line. */
function dashOf(text: string, item: Ranged): number | undefined {
  const from = startOf(item)
  if (from === undefined) return undefined
  const before = text.slice(lineStart(text, from), from)
  const dash = /^( *)-\s+$/.exec(before)?.[1]
  return dash === undefined ? undefined : lineStart(text, from) + dash.length
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1

const endOfLine = (text: string, at: number): number => {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

const afterLine = (text: string, at: number): number => Math.min(text.length, endOfLine(text, at) + 1)

const columnOf = (text: string, at: number): number => at - lineStart(text, at)

/** Spaces of one level: those of the first line that has any. */
export const indentOf = (text: string): number => {
  const spaces = /^( +)[^\s#-]/m.exec(text)?.[1]?.length ?? 2
  return Math.min(8, Math.max(2, spaces))
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
