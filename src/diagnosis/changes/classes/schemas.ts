import type { Edit } from '../diff/edit.ts'
import type { FileEdit } from '../diff/unified-diff.ts'
import { type DiffClass, type Hit, type Produces, quoted } from './diff-class.ts'
import { alikeLines } from './logic.ts'

const otherShape: Produces = {
  schema: 1,
  validation: 1,
  error: 0.6,
  'wrong-data': 0.6,
  crash: 0.4,
  backlog: 0.7,
  'not-found': 0.4,
  'config-missing': 0.4,
  unauthorized: 0.2,
  'retrieval-empty': 0.5,
  'cache-miss': 0.2,
  startup: 0.3,
}
const otherTables: Produces = {
  schema: 1,
  error: 0.7,
  validation: 0.5,
  crash: 0.4,
  startup: 0.5,
  'wrong-data': 0.5,
  'slow-query': 0.3,
  duplicates: 0.4,
}
const notThere: Produces = { schema: 1, error: 0.7, 'not-found': 0.6, crash: 0.3, startup: 0.3 }

/** Fields and columns under another name or type, tables altered, and queries for what may not be there. */
export const schemaChanged: DiffClass = {
  name: 'schema-changed',
  fault: 'code',
  find: edit =>
    edit.files.flatMap(file => [
      ...renamed(file),
      ...required(file),
      ...fieldGone(file),
      ...retyped(file),
      ...migrated(file),
      ...queriedAnew(file, edit),
    ]),
}

/** A name of a field in a struct, map, message or document: the line but for it is the same. */
function renamed(file: FileEdit): Hit[] {
  if (file.role === 'manifest' || file.role === 'image' || file.role === 'prompt') return []
  const hits: Hit[] = []
  const fresh = file.added
    .slice(0, 200)
    .map(line => ({ line, names: fieldsOf(line), mask: masked(line) }))
    .filter(({ names }) => names.length > 0)
  for (const old of fresh.length === 0 ? [] : file.removed.slice(0, 200)) {
    const before = fieldsOf(old)
    if (before.length === 0) continue
    const mask = masked(old)
    const found = fresh.find(
      one => one.names.length === before.length && one.mask === mask && one.line !== old,
    )
    if (found === undefined) continue
    const { line: now, names: after } = found
    const changed = before.findIndex((name, index) => name !== after[index])
    if (changed < 0) continue
    const outside =
      /json:|bson:|xml:|db:|avro|proto|column|=\s*\d+;|"[\w-]+"\s*:|'[\w-]+'\s*:|@\w*(Json|Column|Field|Serialized)|alias|Field\(/.test(
        `${old} ${now}`,
      ) || file.role !== 'code'
    if (file.role === 'config' && !/mapping|schema|index|model|avro|proto|openapi|swagger/i.test(file.path))
      continue
    hits.push({
      says: `renames the field ${before[changed]} to ${after[changed]}`,
      file: file.path,
      strength: outside ? 0.95 : 0.5,
      produces: otherShape,
    })
  }
  return hits.slice(0, 5)
}

/** Names that stand for data: keys in quotes, tags, names before a type or an equals sign with a number (protobuf). */
function fieldsOf(line: string): string[] {
  const found: string[] = []
  for (const { 1: name = '', index } of line.matchAll(/["'`]([A-Za-z_][\w.-]{0,60})["'`]/g)) {
    // What a name is set to is a value, and versions are values too.
    const value = /(=|:\s)\s*$/.test(line.slice(Math.max(0, index - 4), index))
    if (!value && !/\d\.\d|\d-\d/.test(name)) found.push(name)
  }
  const proto = /^(?:optional |required |repeated )?[\w.<>, ]{2,60}\s(\w{1,60})\s*=\s*\d+/.exec(line)
  if (proto?.[1] !== undefined) found.push(proto[1])
  const typed =
    /^(?:public |private |protected |readonly |final )*(\w{1,60})\??\s*:\s*[\w<>[\]|. ]{2,60}[;,]?$/.exec(
      line,
    )
  if (typed?.[1] !== undefined && found.length === 0) found.push(typed[1])
  return found
}

const masked = (line: string): string =>
  line
    .replace(/["'`][A-Za-z_][\w.-]{0,60}["'`]/g, '"?"')
    .replace(/^[A-Z]?\w{1,60}(\s+[\w[\]*.]{2,60}\s+`)/, '?$1')
    .replace(/\w{1,60}(\s*=\s*\d+;?)$/, '?$1')
    .replace(/^(\w{1,60})(\??\s*:)/, '?$2')
    .replace(/\s+/g, ' ')

function required(file: FileEdit): Hit[] {
  const must =
    /required|notnull|not null|nonnull|@valid|additionalproperties["']?\s*[:=]\s*false|strict(mode)?["'(]?\s*[:=(]\s*true|disallowunknownfields|extra\s*=\s*["']?forbid|failonunknown\w*["', (]+true/i
  const fresh = file.added.find(line => must.test(line) && !/required[^\w]{0,4}false/i.test(line))
  if (fresh === undefined || file.removed.some(line => must.test(line)) || file.role === 'manifest') return []
  return [
    {
      says: `demands what was not demanded before: ${quoted(fresh)}`,
      file: file.path,
      strength: 0.75,
      produces: otherShape,
    },
  ]
}

const types =
  /\b(u?int(8|16|32|64)?|bigint|smallint|integer|long|short|float(32|64)?|double|decimal|numeric|string|varchar\(\d+\)|text|bool(ean)?|date(time)?|timestamp(tz)?|jsonb?|uuid|number|bytes)\b/gi

/** A field of the same name that holds something else. */
function retyped(file: FileEdit): Hit[] {
  if (file.role !== 'code' && file.role !== 'migration' && file.role !== 'config') return []
  const typesIn = (line: string) => (line.match(types) ?? []).join(' ').toLowerCase()
  const pair = alikeLines(file).find(
    ([old, now]) => typesIn(old) !== '' && typesIn(now) !== '' && typesIn(old) !== typesIn(now),
  )
  if (!pair || /^(func|def|fn|function|return)\b/.test(pair[1])) return []
  return [
    {
      says: `holds another type: ${quoted(pair[1])}`,
      file: file.path,
      strength: 0.75,
      produces: { ...otherShape, error: 0.85, 'wrong-data': 0.8 },
    },
  ]
}

/** A field that others may read is no longer there. */
function fieldGone(file: FileEdit): Hit[] {
  const outward =
    /dto|response|serializ|schema|payload|event|message|model|view|contract|proto|graphql|openapi|swagger|present|mapper|avro|api/i
  if ((file.role !== 'code' && file.role !== 'config') || !outward.test(file.path)) return []
  const field =
    /^["']?([A-Za-z_]\w{1,60})["']?\s*(:|=>)\s*[^=]{1,120},?$|json:"(\w+)|^(?:optional |required |repeated )?[\w.<>, ]{2,60}\s(\w{1,60})\s*=\s*\d+;|["'](\w+)["']\s*:/
  for (const line of file.removed) {
    const name = field
      .exec(line)
      ?.slice(1)
      .find(part => part !== undefined && /^\w{2,}$/.test(part))
    if (
      name === undefined ||
      file.added.some(other => other.includes(name)) ||
      file.added.length > file.removed.length
    )
      continue
    return [
      {
        says: `no longer has the field ${name}`,
        file: file.path,
        strength: 0.75,
        produces: { ...otherShape, crash: 0.9, error: 0.8 },
      },
    ]
  }
  return []
}

function migrated(file: FileEdit): Hit[] {
  if (file.role !== 'migration') return []
  const altered = file.added.find(line =>
    /drop\s+(table|column|constraint|view|type)|rename\s+(to|column|table)|alter\s+column|modify\s+column|set\s+not\s+null|drop_(column|table)|rename_(column|table)|remove_column|change_column/i.test(
      line,
    ),
  )
  if (altered !== undefined)
    return [
      {
        says: `alters the tables that programs know: ${quoted(altered)}`,
        file: file.path,
        strength: 0.9,
        produces: otherTables,
      },
    ]
  const lost = file.removed.find(line => /create\s+table|add\s+column|add_column|create_table/i.test(line))
  if (lost !== undefined)
    return [
      {
        says: `no longer makes what programs need: ${quoted(lost)} is gone`,
        file: file.path,
        strength: 0.85,
        produces: otherTables,
      },
    ]
  return []
}

/** A table or column that is asked for the first time, without a migration in the same change that makes it. */
function queriedAnew(file: FileEdit, { files }: Edit): Hit[] {
  if (file.role !== 'code') return []
  const migrates = files.some(other => other.role === 'migration' && other.added.length > 0)
  if (migrates) return []
  const before = [...file.removed, ...file.context].join('\n').toLowerCase()
  for (const line of file.added) {
    const asked = /\b(?:from|join|into|update)\s+["'`]?([a-z_][\w.]{2,60})/i.exec(line)
    const table = /\b(select|insert|update|delete)\b/i.test(line)
      ? asked?.[1]
      : (/__tablename__\s*=\s*["'](\w+)|@Table\(\s*(?:name\s*=\s*)?["'](\w+)|db\.collection\(["'](\w+)/
          .exec(line)
          ?.slice(1)
          .find(Boolean) ?? undefined)
    if (table === undefined || before.includes(table.toLowerCase())) continue
    return [
      {
        says: `asks for ${table}, and nothing in the change makes it`,
        file: file.path,
        strength: 0.8,
        produces: notThere,
      },
    ]
  }
  return []
}
