import type { Edit } from './edit.ts'
import type { FileEdit } from './unified-diff.ts'
import { ratioOf, weightOfRatio } from './value.ts'

/**
 * How much of what a system does an edit can change, 0 to 1, whatever the language and whatever the symptoms: lines that
 * replace others count most; what is only added, declared, moved or renamed, and numbers that hardly moved, count little.
 */
export function impactOf({ change, files, settings, unknown }: Edit): number {
  if (change.change === 'flag') return levels.flag
  if (unknown)
    return change.change !== 'code' || change.resource.service !== '' ? levels.untold : levels.nothing
  const tuned = new Map(files.map(file => [file, settings.filter(setting => setting.file === file)] as const))
  return Math.max(levels.nothing, ...files.map(file => ofFile(file, tuned.get(file) ?? [], files)))
}

const levels = {
  nothing: 0.05,
  declared: 0.12,
  defined: 0.25,
  same: 0.2,
  named: 0.3,
  untold: 0.4,
  flag: 0.55,
  added: 0.6,
  wrapped: 0.55,
  otherwise: 1,
} as const

type Settings = Edit['settings']

function ofFile(file: FileEdit, settings: Settings, files: readonly FileEdit[]): number {
  const { role, removed, added, shown } = file
  if (removed.length + added.length === 0)
    return shown.length === 0
      ? levels.nothing
      : shown.some(line => whole.test(line))
        ? levels.added
        : levels.named
  if (role === 'manifest') return Math.max(levels.nothing, ...leaps(file))
  if (role === 'migration' && removed.length === 0) {
    if (added.some(line => rewrites.test(line))) return levels.otherwise
    if (/\.sql$|migrat|alembic|flyway|liquibase/i.test(file.path)) return levels.named
  }
  if (role === 'image' || role === 'prompt') return 0.8
  const numbers = tweaked(file, settings)
  if (numbers !== undefined) return numbers
  if (role === 'config') return ofConfig(file)
  return ofCode(file, files)
}

/** A line of a log that may be long. */
const whole = /body|payload|dump|stringify|to_?json|request|response|%\+v|\{:\?\}|stack/i
const rewrites =
  /\b(drop|rename|alter column|modify|change column|update|delete|truncate|lock|set not null|type \w+ using|runpython|backfill|execute|insert into .{1,200} select)\b|\badd\b.{1,200}\b(not null|default|constraint|unique|foreign key)|\.(update|delete)\(|rename_?(column|field|table)|remove_?(column|field|index)|alter_?(column|field)/i

/** Objects that take effect on others by being there. */
const acts =
  /kind:\s*(NetworkPolicy|ResourceQuota|LimitRange|\w*WebhookConfiguration|AuthorizationPolicy|PeerAuthentication|Sidecar|\w*Policy)\b/

function ofConfig({ removed, added }: FileEdit): number {
  if (removed.length === 0) return added.some(line => acts.test(line)) ? 0.9 : levels.added
  if (
    [...removed, ...added].every(line =>
      /^["']?(log|metrics?|trace|tracing|telemetry|audit)[_.-]\w+["']?\s*[:=]\s*(on|off|true|false)$/i.test(
        line,
      ),
    )
  )
    return levels.named
  return [...removed, ...added].every(line =>
    /^(name|title|description|labels?|annotations?|owner|team|version)\b\s*:/.test(line),
  )
    ? levels.named
    : 0.9
}

/** The only thing that differs are numbers: by the one that moved most. */
function tweaked({ removed, added }: FileEdit, settings: Settings): number | undefined {
  if (removed.length === 0 || removed.length !== added.length) return undefined
  const bare = (line: string) => line.replace(/\d[\d_.]*/g, '0').replace(/\s+/g, '')
  if (!removed.every((line, index) => bare(line) === bare(added[index] ?? ''))) return undefined
  const ratios = settings.flatMap(({ before, after }) => {
    const ratio = before && after ? ratioOf(before, after) : undefined
    return ratio === undefined || ratio === 1 ? [] : [ratio]
  })
  if (ratios.length === 0) return 0.9
  return Math.max(...ratios.map(ratio => 0.15 + 0.85 * weightOfRatio(ratio)))
}

/** Of an edit that takes nothing away. */
function ofAddition({ added, moved, context }: FileEdit): number {
  if (added.every(declares)) return levels.declared
  const own = added.flatMap(definedIn)
  const takenApart = (line: string) =>
    /^[}\])];?$/.test(line) ||
    definedIn(line).length > 0 ||
    own.some(name => line.toLowerCase().includes(`${name}(`))
  if (moved.length > 0 && own.length > 0 && added.every(takenApart)) return levels.same
  const begin = added.find(line => !/^(\[[^\]]*\]|@\w+(\([^)]*\))?|#\[[^\]]*\])$/.test(line)) ?? ''
  return context.length === 0 && defines.test(begin) ? levels.defined : levels.added
}

function ofCode(file: FileEdit, files: readonly FileEdit[]): number {
  const { removed, added, context } = file
  if (removed.length === 0) return ofAddition(file)
  if (added.length === 0)
    return removed.every(line => /^(import|from|use|using|require|[}\])];?,?$)/.test(line))
      ? levels.same
      : 0.9
  const others = files.flatMap(other => [...other.added, ...other.moved])
  if ([...removed, ...added].every(declares) && literals(removed) === literals(added))
    return lost(removed, others).length > 0 ? 0.8 : levels.wrapped
  const done = doesIn(removed)
  const [old, now] =
    done.length > 0 ? [done, new Set(doesIn(others))] : [namesIn(removed), new Set(namesIn(others))]
  const kept = old.length === 0 ? 1 : old.filter(sign => now.has(sign)).length / old.length
  // The same branches and ways out in other words is mostly what it was.
  const alike = removed.length >= 3 && branches(removed) !== '' && branches(removed) === branches(added)
  if (kept < 1) return Math.min(1, levels.same + 0.5 + (1 - kept)) * (alike ? 0.6 : 1)
  // All that it did stands there still; what it calls besides may be new.
  const own = new Set(others.flatMap(line => definedIn(line)))
  const before = new Set(doesIn([...removed, ...file.moved, ...context]))
  const fresh = doesIn(added).filter(sign => !before.has(sign) && !own.has(sign.replace('(', '')))
  // What only handed an error on may return the call itself.
  const passed = added.some(line => /^return \w[\w.]*\(/.test(line))
  const bare = (lines: readonly string[]) =>
    passed ? lines.map(line => line.replace(/\berr\w*\s*!=\s*nil/g, '')) : lines
  if (switches(removed) !== switches(added)) return 0.9
  if (decides(bare(removed)) !== decides(bare(added)) || owes(bare(added)) < owes(bare(removed))) return 0.8
  if (lost(removed, others).length > 0) return 0.8
  return fresh.length > 0 ? levels.wrapped : levels.same
}

/** Words that stand nowhere any more, but for names of values that were only handed on. */
function lost(removed: readonly string[], now: readonly string[]): string[] {
  const handed = removed.flatMap(line => {
    const names =
      /^(?:(?:const|let|var|val|final|auto)\s+)?([\w, ]{1,80}?)(?::\s?[\w<>.]{1,40})?\s*:?=(?!=)/.exec(
        line,
      )?.[1]
    const each = /\bfor\b\s*\(?\s*(?:const|let|var)?\s*([\w, ]{1,60}?)\s*(?::=|in\b|of\b|:)/.exec(line)?.[1]
    return `${names ?? ''} ${each ?? ''}`.match(/\w+/g) ?? []
  })
  const still = new Set(namesIn(now).map(name => name.toLowerCase()))
  const known = new Set(handed.map(name => name.toLowerCase()))
  return namesIn(removed)
    .map(name => name.toLowerCase())
    .filter(name => !still.has(name) && !known.has(name))
}

const branches = (lines: readonly string[]): string =>
  (lines.join('\n').match(/\b(if|else|switch|case|for|while|catch|except)\b/g) ?? []).sort().join(' ')

const namesIn = (lines: readonly string[]): string[] =>
  lines.flatMap(line => line.match(/[A-Za-z_]\w*|\d+/g) ?? []).filter(name => !glue.test(name.toLowerCase()))

const literals = (lines: readonly string[]): string =>
  lines
    .flatMap(line => line.match(/"[^"]*"|'[^']*'|`[^`]*`|\b(?:true|false|\d[\d_.]*)\b/gi) ?? [])
    .sort()
    .join(' ')

/** How often it waits, locks, gives back and looks for failures. */
const owes = (lines: readonly string[]): number =>
  lines
    .join('\n')
    .match(
      /\b(await|defer|finally|using|with|lock|unlock|synchronized|catch|except|rescue|throw|raise)\b|!= nil|\?;/gi,
    )?.length ?? 0

/** Fields, types and entries: names with types or plain values, without calls. */
const declares = (line: string): boolean =>
  /^(import|from|use|using|require|package|export \{|@\w+$|[}\])];?,?$)/.test(line) ||
  !/[(=]|\breturn\b|\b(if|for|while|delete|throw|raise|yield|break|continue|await|go|defer)\b/.test(line) ||
  /^(public|private|protected|static|readonly|final|val|var|let|const|type|enum|\s)*[\w<>[\]?,. ]+\s*=\s*["'\w.-]+[,;]?$/.test(
    line,
  ) ||
  /=>\s*\$?["'`][^"'`]*["'`];?$|\{ get; (set; )?\}/.test(line)

const defines =
  /^(export |public |private |protected |internal |static |async |pub |default |override |final |abstract |@\w+(\([^)]*\))?\s*)*(func|function|def|fn|class|interface|struct|enum|const \w+ = (async )?\(|type|trait|impl|module|record)\b/

const definedIn = (line: string): string[] => {
  const name = /\b(?:func|function|def|fn|defdelegate|defp)\s+(?:\([^)]*\)\s*)?(\w+)/.exec(line)?.[1]
  return name === undefined ? [] : [name.toLowerCase()]
}

const glue =
  /^(if|else|return|for|while|func|function|def|fn|do|end|let|const|var|val|new|this|self|await|async|nil|null|none|undefined|err|error|ok|true|false|in|of|is|not|and|or|then|import|from|class|public|private|static|final|try|catch|except|raise|throw|with|as|string|int|float|bool|void|any|object|i|range|len|next|iter|map|type|readonly)$/

/** What lines do: whom they call, which members, texts and numbers they use; not how they are put. */
function doesIn(lines: readonly string[]): string[] {
  return lines.flatMap(line => {
    const texts = line.match(/"[^"]*"|'[^']*'|`[^`]*`/g) ?? []
    const plain = line.replace(/"[^"]*"|'[^']*'|`[^`]*`/g, ' ')
    const calls = [...plain.matchAll(/([A-Za-z_]\w*)\s?(?=\(|!\()/g)].map(([, name = '']) =>
      name.toLowerCase(),
    )
    const members = [...plain.matchAll(/[.:>]([A-Za-z_]\w*)/g)].map(([, name = '']) => name.toLowerCase())
    const numbers = plain.match(/(?<![\w.])\d[\d_.]*/g) ?? []
    const names = (plain.match(/[A-Za-z_]\w{2,}/g) ?? []).filter(name => /[a-z0-9_][A-Z_]/.test(name))
    return [...texts, ...calls, ...members, ...numbers, ...names.map(name => name.toLowerCase())].filter(
      sign => !glue.test(sign),
    )
  })
}

const switches = (lines: readonly string[]): string =>
  (lines.join('\n').match(/\b(true|false)\b/gi) ?? [])
    .map(word => word.toLowerCase())
    .sort()
    .join(' ')

const decides = (lines: readonly string[]): string =>
  lines
    .join('\n')
    .match(/[!=<>]=|&&|\|\||(?<![-=<])>(?!>)|<(?![\w<])|\b(and|or|not)\b/g)
    ?.join(' ') ?? ''

/** Semantic versioning. */
function leaps({ removed, added }: FileEdit): number[] {
  const versions = (lines: readonly string[]) =>
    lines.map(line => {
      const [, name = '', number = ''] = /^(.*?)[\s:="'@^~>v]*(\d+(?:\.\d+){1,3})/.exec(line) ?? []
      return { name: name.trim(), parts: number.split('.').map(Number) }
    })
  const before = versions(removed)
  const now = versions(added)
  if (before.length === 0) return now.length > 0 ? [0.4] : []
  return before.map(({ name, parts }) => {
    const after = now.find(one => one.name === name)
    if (!after) return 0.7
    const level = parts.findIndex((part, index) => part !== after.parts[index])
    if (level < 0) return levels.nothing
    if (level === 0) return 0.95
    return level === 1 ? (parts[0] === 0 ? 0.8 : 0.55) : 0.25
  })
}
