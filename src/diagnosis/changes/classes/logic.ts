import type { Edit } from '../diff/edit.ts'
import { signsIn } from '../diff/edit.ts'
import type { FileEdit } from '../diff/unified-diff.ts'
import { type DiffClass, type Hit, type Produces, quoted } from './diff-class.ts'

const decidesOtherwise: Produces = {
  'wrong-data': 1,
  error: 0.8,
  validation: 0.6,
  'not-found': 0.6,
  forbidden: 0.6,
  unauthorized: 0.5,
  crash: 0.5,
  cpu: 0.4,
  latency: 0.4,
  timeout: 0.3,
  memory: 0.3,
  duplicates: 0.5,
  'traffic-down': 0.5,
  silence: 0.6,
  backlog: 0.5,
  retries: 0.4,
  'cache-miss': 0.4,
  'stale-data': 0.5,
  lock: 0.3,
  probe: 0.4,
  'retrieval-empty': 0.5,
  quality: 0.4,
  threads: 0.3,
}
const searches: Produces = {
  cpu: 1,
  latency: 0.9,
  timeout: 0.7,
  throttling: 0.8,
  threads: 0.5,
  memory: 0.4,
  probe: 0.4,
}

/** Conditions and formulas that give something else, and searches that take longer. */
export const logicChanged: DiffClass = {
  name: 'logic-changed',
  fault: 'code',
  find: edit => [...conditions(edit), ...costlySearch(edit), ...endless(edit)],
}

function conditions({ files }: Edit): Hit[] {
  return files.flatMap((file): Hit[] => {
    if (file.role !== 'code') return []
    const pairs = alikeLines(file)
    const turned = pairs.find(([old, now]) => comparisons(old) !== comparisons(now))
    const pair =
      turned ??
      pairs.find(([old, now]) => operators(old) !== operators(now) || constants(old) !== constants(now))
    if (!pair) return []
    return [
      {
        says: `decides or computes otherwise: ${quoted(pair[1])} instead of ${quoted(pair[0])}`,
        file: file.path,
        strength: turned ? 0.75 : 0.55,
        produces: decidesOtherwise,
      },
    ]
  })
}

const alike = new WeakMap<FileEdit, [string, string][]>()

/** Pairs of an old and a new line that have most of their names in common. */
export function alikeLines(file: FileEdit): readonly (readonly [string, string])[] {
  const done = alike.get(file)
  if (done) return done
  const fresh = file.added.slice(0, 100).map(line => ({ line, names: namesIn(line) }))
  const pairs: [string, string][] = []
  for (const old of file.removed.slice(0, 100)) {
    const names = new Set(namesIn(old))
    if (names.size === 0) continue
    const now = fresh.find(({ names: others }) => {
      const enough = 0.6 * Math.max(others.length, names.size)
      return (
        others.length >= enough &&
        others.length > 0 &&
        others.filter(name => names.has(name)).length >= enough
      )
    })
    if (now !== undefined) pairs.push([old, now.line])
  }
  alike.set(file, pairs)
  return pairs
}

const namesIn = (line: string): string[] => signsIn([line]).filter(sign => /^[A-Za-z_]\w{1,}$/.test(sign))
const spoken = (line: string): string => line.replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '""')
const comparisons = (line: string): string =>
  (spoken(line).match(/[!=<>]=|&&|\|\||(?<![-=])[<>](?!-)|!|\band\b|\bor\b|\bnot\b/g) ?? []).join(' ')
const operators = (line: string): string =>
  (spoken(line).match(/[!=<>]=|&&|\|\||[<>!]|\band\b|\bor\b|\bnot\b|[+*/%-]/g) ?? []).join(' ')
const constants = (line: string): string =>
  (spoken(line).match(/\b\d+(?:\.\d+)?\b|\b(true|false|nil|null|None)\b/g) ?? []).join(' ')

function costlySearch({ files }: Edit): Hit[] {
  return files.flatMap((file): Hit[] => {
    if (file.role !== 'code') return []
    const repeated = file.added.find(
      line =>
        /(regex|regexp|re\.|pattern|match|replace|\/\^|r["'])/i.test(line) &&
        /\([^()]{0,60}[+*][^()]{0,10}\)[+*{]|\.\*[^"'/]{0,40}\.\*|\(\.\*|\[[^\]]{1,60}\][+*][^"'/]{0,30}\[[^\]]{1,60}\][+*]\)/.test(
          line,
        ),
    )
    if (repeated !== undefined)
      return [
        {
          says: `matches with a pattern that can take very long: ${quoted(repeated)}`,
          file: file.path,
          strength: 0.85,
          produces: searches,
        },
      ]
    const loops = file.added.filter(line =>
      /^\s*(for|foreach|while)\b|\.(map|filter|find|some|every|indexOf|includes)\(/.test(line),
    ).length
    const before = file.removed.filter(line =>
      /^\s*(for|foreach|while)\b|\.(map|filter|find|some|every|indexOf|includes)\(/.test(line),
    ).length
    const index = file.removed.find(line =>
      /\b(map|set|dict|index|hash|table|lookup|bisect|binary)\w*(\[|\.get\(|\.has\()/i.test(line),
    )
    if (loops > before + 1 || (index !== undefined && loops > before))
      return [
        {
          says: `looks through everything for each thing: ${quoted(file.added.find(line => /for|\.(map|filter|find|some)\(/.test(line)) ?? '')}`,
          file: file.path,
          strength: 0.6,
          produces: searches,
        },
      ]
    return []
  })
}

const exits =
  /\b(break|return|exit|stop|done|last|has_?next|hasmore|max_?(pages|iterations|depth|attempts|retries)|depth|eof|stopiteration)\b/i

/** A way out of a loop or recursion is gone. */
function endless({ files }: Edit): Hit[] {
  return files.flatMap((file): Hit[] => {
    const looped = [...file.context, ...file.removed, ...file.added, ...file.moved].some(line =>
      /^\s*(while|for|loop|do|until)\b|recurs|\.then\(|set_?interval/i.test(line),
    )
    const lost = file.removed.find(line => exits.test(line) && !/^return \w+[;]?$/.test(line))
    if (file.role !== 'code' || !looped || lost === undefined || file.added.some(line => exits.test(line)))
      return []
    return [
      {
        says: `no longer leaves its loop: ${quoted(lost)} is gone`,
        file: file.path,
        strength: 0.8,
        produces: {
          cpu: 1,
          'traffic-up': 0.9,
          'rate-limit': 0.9,
          memory: 0.8,
          'database-load': 0.8,
          throttling: 0.7,
          latency: 0.7,
          timeout: 0.6,
          retries: 0.7,
          oom: 0.6,
          'log-volume': 0.6,
          threads: 0.5,
          backlog: 0.5,
          duplicates: 0.5,
          silence: 0.4,
          cost: 0.5,
        },
      },
    ]
  })
}
