/** Longer texts are cut: words of evidence and of diffs are compared, not stored. */
const most = { text: 20_000, word: 60 } as const

/** Short forms that programmers use, by the word that operators use. */
const longForms: Readonly<Record<string, string>> = {
  ...{ db: 'database', conn: 'connection', conns: 'connection', cfg: 'config', configuration: 'config' },
  ...{ mem: 'memory', req: 'request', res: 'response', resp: 'response', err: 'error', errs: 'error' },
  ...{ msg: 'message', ctx: 'context', auth: 'auth', authn: 'auth', authz: 'auth', unauthorized: 'auth' },
  ...{ authentication: 'auth', authorization: 'auth', authorized: 'auth', perm: 'permission' },
  ...{ perms: 'permission', tz: 'timezone', dur: 'duration', num: 'number', cnt: 'count', val: 'value' },
  ...{ deserialize: 'serial', deserialization: 'serial', serialize: 'serial', serialization: 'serial' },
  ...{ unmarshal: 'decode', marshal: 'encode', deadline: 'timeout', timedout: 'timeout', repl: 'replica' },
  ...{ certificate: 'cert', credentials: 'credential', creds: 'credential', nil: 'null', none: 'null' },
  ...{ nullptr: 'null', undefined: 'null', pgx: 'postgres', pg: 'postgres', psql: 'postgres' },
  ...{ postgresql: 'postgres', mapping: 'map', mappings: 'map', ms: 'milli', millis: 'milli' },
}

/** What says nothing of a cause: grammar, keywords of languages, and what every log line has. */
const empty = new Set(
  (
    'a an the and or of to in on at for from by with without is are was be been it its this that these those as not no ' +
    'per via into over under than then when while after before has have had will can could should may must do does did ' +
    'func function return if else elif for range var let const int integer int32 int64 float float32 float64 double ' +
    'string str bool boolean byte bytes void static public private protected final class struct type interface import ' +
    'package new self def async export default module require true false null error errors fail failed failing failure ' +
    'exception throw throws try catch except raise context value key name id data log logger info warn warning debug ' +
    'print printf println fmt sprintf errorf service server client handler request response http https get set post put ' +
    'main src pkg internal lib cmd app api com org io net go py js ts java rs rb yaml yml json md txt file path line ' +
    'code status message time now start end count total number list map array len size i j k n x y z r w s t v e p c ' +
    'ok and any all some other more less above below up down out off rate ratio percent pct avg mean max min p50 p90 ' +
    'p95 p99 p999 seconds second minute minutes hour hours milli sec state level window metric metrics alert monitor ' +
    'threshold observed feature flag enabled disabled upstream downstream rising elevated critical high www'
  ).split(' '),
)

/** A word as it is compared: its long form without its ending; undefined when it says nothing. */
export function wordOf(part: string): string | undefined {
  if (part.length < 2 || part.length > most.word || /^\d+$/.test(part)) return undefined
  const known = longForms[part]
  if (known !== undefined && Object.hasOwn(longForms, part)) return empty.has(known) ? undefined : known
  if (empty.has(part)) return undefined
  const stem = stemOf(part)
  return empty.has(stem) || stem.length < 2 ? undefined : stem
}

const endings = [
  'ations',
  'ation',
  'ities',
  'ingly',
  'ments',
  'ing',
  'ity',
  'ies',
  'ied',
  'ion',
  'ed',
  'es',
  's',
  'e',
  'y',
]

function stemOf(word: string): string {
  const ending = endings.find(end => word.endsWith(end) && word.length - end.length >= 4)
  return ending === undefined ? word : word.slice(0, word.length - ending.length)
}

export interface Words {
  /** Words, identifiers split at case, dots, dashes and underscores. */
  words: Set<string>
  /** Identifiers of several words in one piece, without case and signs: `dashboard_favorites`, `DashboardFavorites`. */
  names: Set<string>
}

export const noWords = (): Words => ({ words: new Set(), names: new Set() })

/** The words of a text or of code, added to those known. */
export function addWords(text: string, into: Words = noWords()): Words {
  for (const [identifier] of text.slice(0, most.text).matchAll(/[\p{L}\p{N}_][\p{L}\p{N}_-]*/gu)) {
    if (identifier.length > most.word || isHash(identifier)) continue
    const parts = partsOf(identifier)
    for (const part of parts) {
      const word = wordOf(part)
      if (word !== undefined) into.words.add(word)
    }
    const telling = parts.filter(part => part.length > 1 && !/^\d+$/.test(part))
    if (telling.length > 1 && telling.some(part => wordOf(part) !== undefined))
      into.names.add(telling.join(''))
  }
  return into
}

/** `HTTPServerError_v2` as http, server, error, v2. */
export const partsOf = (identifier: string): string[] =>
  identifier
    .replace(/([\p{Ll}\p{N}])(?=\p{Lu})/gu, '$1 ')
    .replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1 ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(part => part !== '')
    .map(part => part.toLowerCase())

/** Ids of traces and commits; words are not long rows of hexadecimal digits. */
const isHash = (text: string): boolean => text.length >= 12 && /^[0-9a-f-]+$/i.test(text) && /\d/.test(text)

/** Names as they are compared when one place writes `payment-service` and another `paymentservice`. */
export const bareName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .replace(/\d+$/, '')
    .replace(/(service|server|svc|api|app|worker)$/, '')
