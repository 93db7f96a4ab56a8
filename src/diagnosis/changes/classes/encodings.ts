import type { Edit } from '../diff/edit.ts'
import type { FileEdit } from '../diff/unified-diff.ts'
import { type DiffClass, type Hit, type Produces, quoted } from './diff-class.ts'

const misread: Produces = {
  validation: 1,
  'wrong-data': 0.8,
  error: 0.6,
  schema: 0.6,
  backlog: 0.6,
  crash: 0.4,
  reset: 0.4,
  'cache-miss': 0.5,
  unauthorized: 0.3,
  cpu: 0.3,
}
const otherTime: Produces = {
  'wrong-data': 1,
  validation: 0.8,
  unauthorized: 0.5,
  clock: 0.6,
  'stale-data': 0.7,
  error: 0.5,
  duplicates: 0.6,
  silence: 0.5,
  backlog: 0.3,
  'traffic-down': 0.3,
  crash: 0.3,
}
const otherAmount: Produces = {
  'wrong-data': 1,
  validation: 0.6,
  timeout: 0.4,
  error: 0.4,
  'traffic-down': 0.3,
  latency: 0.2,
  retries: 0.3,
}

interface Form {
  line: RegExp
  /** Only a form that was not there before counts; leaving one out does too, otherwise. */
  another?: boolean
  says: string
  strength: number
  produces: Produces
}
const forms: readonly Form[] = [
  {
    line: /timezone|time_?zone|\butc\b|local(time|date|datetime)|zoneid|zoneinfo|\btz\b|parseinlocation|strftime|strptime|dateformat|timestamp|fromtimestamp|unixmilli|unixnano|\.unix\(|isoformat|todate|instant\.|offsetdatetime|rfc3339|epoch|new date\(|yyyy|%Y-%m/i,
    says: 'reads or writes times in another way',
    strength: 0.8,
    produces: otherTime,
  },
  {
    line: /gzip|zstd|snappy|brotli|deflate|lz4|content-?encoding|compress/i,
    another: true,
    says: 'packs data in another way',
    strength: 0.8,
    produces: misread,
  },
  {
    line: /utf-?8|utf-?16|latin|iso-?8859|charset|encoding|base64|urlencode|escape|codec|bytes\.decode|encode\(|decode\(/i,
    another: true,
    says: 'writes text in another way',
    strength: 0.75,
    produces: misread,
  },
  {
    line: /protobuf|avro|msgpack|thrift|\bjson\b|marshal|serializ|objectmapper|gson|jackson|pickle|namingstrategy|snake_?case|camel_?case|jsonnaming|content-?type|schema_?registry|omitempty|useprotonames|emitunpopulated|encoder|decoder|codec|parquet|csv|bson|cbor/i,
    another: true,
    says: 'writes or reads messages in another form',
    strength: 0.7,
    produces: misread,
  },
  {
    line: /round|floor|ceil|trunc|cents|bigdecimal|decimal|setscale|currency|tofixed|parseint|parsefloat|float\d*\(|int\d*\(|\*\s*100\b|\/\s*100\b|\*\s*1000\b|\/\s*1000\b|percent|\* 1e|units?\b|locale|numberformat|parsedouble|parse_?number/i,
    says: 'counts in another unit or rounds otherwise',
    strength: 0.75,
    produces: otherAmount,
  },
]

/** How times, texts, messages and amounts are written; another reader may not know. */
export const encodingChanged: DiffClass = {
  name: 'encoding-changed',
  fault: 'code',
  find: edit => edit.files.flatMap(file => changed(file, edit)),
}

function changed(file: FileEdit, { kept }: Edit): Hit[] {
  if (file.role !== 'code' && file.role !== 'config') return []
  return forms.flatMap((form): Hit[] => {
    const [gone, fresh] = [
      file.removed.filter(line => form.line.test(line)),
      file.added.filter(line => form.line.test(line)),
    ]
    const line = fresh[0] ?? gone[0]
    if (line === undefined || /^(import|from|use|using)\b/.test(line)) return []
    const [before, now] = [wordsOf(form, gone), wordsOf(form, fresh)]
    const other = [...now].some(word => !before.has(word)) || (!form.another && now.size !== before.size)
    const both = gone.length > 0 && fresh.length > 0
    // A form that is only left out was moved into a function, as a rule.
    const left = form.another && fresh.length === 0 && file.added.length > 0
    const strength =
      form.strength *
      (both ? 1 : gone.length > 0 ? 0.8 : 0.75) *
      (left || (both && !other) ? 0.45 : 1) *
      (both && kept >= 0.8 && !other ? 0.6 : 1)
    return [{ says: `${form.says}: ${quoted(line)}`, file: file.path, strength, produces: form.produces }]
  })
}

const wordsOf = ({ line }: Form, lines: readonly string[]): Set<string> => {
  const every = new RegExp(line.source, 'gi')
  return new Set(lines.flatMap(text => text.toLowerCase().match(every) ?? []))
}
