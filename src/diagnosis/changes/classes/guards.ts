import type { Edit } from '../diff/edit.ts'
import { signsIn } from '../diff/edit.ts'
import type { FileEdit } from '../diff/unified-diff.ts'
import { type DiffClass, type Hit, type Produces, quoted } from './diff-class.ts'

const crashes: Produces = {
  crash: 1,
  error: 0.7,
  restarts: 0.6,
  startup: 0.3,
  'wrong-data': 0.4,
  validation: 0.4,
  silence: 0.3,
}
const letsThrough: Produces = {
  error: 0.6,
  crash: 0.6,
  'wrong-data': 0.7,
  validation: 0.6,
  duplicates: 0.5,
  cpu: 0.3,
  memory: 0.4,
  latency: 0.3,
  backlog: 0.4,
}
const refusesMore: Produces = {
  validation: 0.9,
  error: 0.7,
  forbidden: 0.4,
  'not-found': 0.3,
  backlog: 0.4,
  'traffic-down': 0.4,
  'wrong-data': 0.4,
}

const nothing =
  /(==|===|!=|!==|is|is not)\s*(nil|null|None|undefined|nullptr)\b|\bif\s+not\s+\w|\?\.|\?\?|Optional|orElse|isPresent|isNull|isEmpty|unwrap_or|getOrDefault|\.get\(\w+,|len\(\w[\w.]*\)\s*(==|>|<|!=)|\.length\s*(===?|>|<)|hasOwn|containsKey|\bif\b.{0,60}\bin\b \w+|, ok :?=|if ok|isset\(|presence|nonnull|typeof|instanceof/
const rescue = /\b(catch|except|recover\(\)|rescue|on_error|onerror|fallback|orelse|\.catch\(|try\b)/i

/** A check that is gone, or one that is new. */
export const guardChanged: DiffClass = {
  name: 'guard-changed',
  fault: 'code',
  find: edit => [...removedGuards(edit), ...addedGuards(edit), ...unlooked(edit)],
}

function removedGuards({ files }: Edit): Hit[] {
  return files.flatMap((file): Hit[] => {
    if (file.role !== 'code') return []
    for (const line of file.removed) {
      const missing = nothing.test(line.replace(/err\w*\s*[!=]==?\s*\w+/g, ''))
      if (
        !missing &&
        !/^\s*(if|unless|assert|require|guard|switch)\b|^\}?\s*(catch|except|rescue)/.test(line)
      )
        continue
      if (
        /err\s*!=\s*nil/.test(line) &&
        file.added.some(other => /err\s*!=\s*nil/.test(other) || /return .*\(/.test(other))
      )
        continue
      if (stands(line, file)) continue
      if (rescue.test(line))
        return [
          {
            says: `no longer catches failures: ${quoted(line)} is gone`,
            file: file.path,
            strength: 0.75,
            produces: { ...crashes, crash: 0.9 },
          },
        ]
      return [
        missing
          ? {
              says: `no longer checks for what may be missing: ${quoted(line)} is gone`,
              file: file.path,
              strength: 0.9,
              produces: { ...crashes, ...(/len|length|size|range/.test(line) && { 'wrong-data': 0.6 }) },
            }
          : {
              says: `takes a check away: ${quoted(line)} is gone`,
              file: file.path,
              strength: 0.65,
              produces: letsThrough,
            },
      ]
    }
    return []
  })
}

/** What the check compares is compared on a new line: it was moved into a function, not taken away. */
function stands(line: string, file: FileEdit): boolean {
  const parts = signsIn([line]).filter(
    sign => /^\w/.test(sign) && !/^(if|return|nil|null|None|err|error|not|is|else)$/.test(sign),
  )
  const kept = new Set(signsIn([...file.added]))
  const standing = parts.filter(part => kept.has(part)).length
  return parts.length > 0 && standing >= 0.75 * parts.length
}

function addedGuards({ files }: Edit): Hit[] {
  return files.flatMap((file): Hit[] => {
    if (file.role !== 'code') return []
    const fresh = file.added.findIndex(
      line =>
        /^\s*(if|unless|require|assert)\b/.test(line) &&
        !/\berr\w*\s*!=/.test(line) &&
        !standsBefore(line, file),
    )
    if (fresh < 0) return []
    const next = file.added.slice(fresh, fresh + 3).join(' ')
    if (
      !/throw|raise|return .{0,40}(err|Err|error|Error|false|40\d|BadRequest|Invalid|Status)|abort|reject|panic|require|assert|http\.Error/.test(
        next,
      )
    )
      return []
    return [
      {
        says: `refuses what it let through before: ${quoted(file.added[fresh] ?? '')}`,
        file: file.path,
        strength: 0.5,
        produces: refusesMore,
      },
    ]
  })
}

const standsBefore = (line: string, file: FileEdit): boolean => {
  const kept = new Set(signsIn([...file.removed]))
  const parts = signsIn([line]).filter(sign => sign.length > 2)
  return parts.length > 0 && parts.filter(part => kept.has(part)).length >= 0.75 * parts.length
}

const looks =
  /\berr\w*\s*!=\s*nil|\bif err\b|\.catch\(|catch\s*\(|except\b|rescue\b|raise_for_status|\.unwrap\(|\?;$|check_?error/

/** Whether it failed is no longer looked at. */
function unlooked({ files }: Edit): Hit[] {
  return files.flatMap((file): Hit[] => {
    const lost = file.removed.find(line => looks.test(line))
    const still = file.added.some(line => looks.test(line) || /return .{0,80}\(|throw|raise/.test(line))
    if (file.role !== 'code' || lost === undefined || still || file.added.length === 0) return []
    return [
      {
        says: `no longer looks whether it failed: ${quoted(lost)} is gone`,
        file: file.path,
        strength: 0.75,
        produces: {
          'wrong-data': 0.95,
          silence: 0.8,
          'not-found': 0.6,
          'stale-data': 0.6,
          crash: 0.6,
          error: 0.5,
          duplicates: 0.4,
          backlog: 0.3,
        },
      },
    ]
  })
}
