import type { ChangeRecord } from '../../../telemetry/signals/signal.ts'
import { type SettingChange, settingChanges } from './settings.ts'
import { canMatter, type FileEdit, fileEdit } from './unified-diff.ts'

/** What a change does, as far as it can matter to production. */
export interface Edit {
  change: ChangeRecord
  /** Files that can matter. */
  files: readonly FileEdit[]
  /** Documentation, tests, style, build and other environments. */
  idle: readonly FileEdit[]
  settings: readonly (SettingChange & { file: FileEdit })[]
  /** Calls, by their name, that are made less or more often than before. */
  gone: ReadonlyMap<string, number>
  fresh: ReadonlyMap<string, number>
  /** Share of what was taken out that stands elsewhere now; 1 for a mere move. */
  kept: number
  /** Nothing tells what it did. */
  unknown: boolean
}

const most = { files: 200 } as const

export function editOf(change: ChangeRecord): Edit {
  const all = movedBetween((change.files ?? []).slice(0, most.files).map(fileEdit))
  const files = all.filter(canMatter)
  const removed = files.flatMap(file => file.removed)
  const added = files.flatMap(file => file.added)
  const [gone, fresh] = difference(count(callsIn(removed)), count(callsIn(added)))
  return {
    ...{ change, files, idle: all.filter(file => !canMatter(file)), gone, fresh },
    settings: files.flatMap(file =>
      settingChanges(file.removed, file.added).map(setting => ({ ...setting, file })),
    ),
    kept: keptShare(
      files.flatMap(file => [...file.removed, ...file.moved]),
      files.flatMap(file => [...file.added, ...file.moved]),
    ),
    unknown: files.every(file => !file.known) && (files.length > 0 || all.length === 0),
  }
}

/** What left one file and stands in another now was moved. */
function movedBetween(files: readonly FileEdit[]): readonly FileEdit[] {
  if (files.length < 2) return files
  const removed = count(files.flatMap(file => file.removed.map(bare)))
  const added = count(files.flatMap(file => file.added.map(bare)))
  const both = (left: Map<string, number>) => (line: string) => {
    const times = left.get(bare(line)) ?? 0
    if (times === 0) return true
    left.set(bare(line), times - 1)
    return false
  }
  const shared = new Map(
    [...removed].flatMap(([line, times]) => {
      const pairs = Math.min(times, added.get(line) ?? 0)
      return pairs > 0 && line.length > 2 ? [[line, pairs] as const] : []
    }),
  )
  if (shared.size === 0) return files
  const [gone, fresh] = [both(new Map(shared)), both(new Map(shared))]
  return files.map(file => {
    const left = file.removed.filter(gone)
    const moved = file.removed.filter(line => !left.includes(line))
    return { ...file, removed: left, added: file.added.filter(fresh), moved: [...file.moved, ...moved] }
  })
}

const bare = (line: string): string => line.replace(/\s+/g, '').replace(/,$/, '')

/** Names followed by an opening bracket, without what they are called on: `tx.Rollback(` is rollback. */
export function callsIn(lines: readonly string[]): string[] {
  const found: string[] = []
  for (const line of lines)
    for (const [, name = ''] of line.matchAll(/([A-Za-z_][\w.]{0,100})\(/g)) {
      if (/^(func|if|for|while|switch|return|catch|def|function|select|and|or|not|in)$/.test(name)) continue
      found.push(name.slice(name.lastIndexOf('.') + 1).toLowerCase())
    }
  return found
}

const count = (items: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}

function difference(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): [Map<string, number>, Map<string, number>] {
  const [gone, fresh] = [new Map<string, number>(), new Map<string, number>()]
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const more = (after.get(name) ?? 0) - (before.get(name) ?? 0)
    if (more > 0) fresh.set(name, more)
    if (more < 0) gone.set(name, -more)
  }
  return [gone, fresh]
}

/** By names, numbers and signs that decide something. */
function keptShare(removed: readonly string[], added: readonly string[]): number {
  const old = count(signsIn(removed))
  if (old.size === 0) return 0
  const now = count(signsIn(added))
  let [kept, all] = [0, 0]
  for (const [sign, times] of old) {
    const weight = sign.length > 2 ? 1 : 0.5
    kept += weight * Math.min(times, now.get(sign) ?? 0)
    all += weight * times
  }
  return all === 0 ? 1 : kept / all
}

export const signsIn = (lines: readonly string[]): string[] =>
  lines.flatMap(line => line.match(/[A-Za-z_]\w*|\d+(?:\.\d+)?|[!=<>]=|&&|\|\||[<>!]/g) ?? [])
