import { readValue, type Value } from './value.ts'

export interface Setting {
  /** As it is written, such as `MaxOpenConns` or `spec.replicas`; of an argument the call and its place. */
  name: string
  value: Value
  line: string
}

export interface SettingChange {
  name: string
  before?: Value
  after?: Value
  /** The new line, or the old one when it is gone. */
  line: string
}

const most = { line: 400, perLine: 12, changes: 400 } as const
const value =
  /"[^"]{0,160}"|'[^']{0,160}'|[+-]?\d[\w.%]{0,24}(?:\s?(?:\*|<<)\s?[\w.]{1,40}){0,5}|[\w.:]{1,60}\((?:\w{1,20}=)?\d[\d_.]{0,15}\)|[\w./:@-]{1,160}/
const named = new RegExp(
  `([A-Za-z_$][\\w.$\\[\\]/-]{0,120})["']?\\s?(?::=|=>|=(?!=)|:(?!:))\\s{0,8}(${value.source})`,
  'g',
)
const called = /([A-Za-z_][\w.]{1,80})\(([^()]{1,200})\)/g
const option =
  /(?:^|[\s"'=])(-{1,2}[A-Za-z][\w-]{1,60}|-Xmx|-Xms|-Xss)(?:=|\s+|(?<=-Xm[xs]|-Xss))(\d[\w.]{0,20})/g

/** Names that a line sets, with what they are set to. */
export function settingsIn(line: string): Setting[] {
  const text = line.slice(0, most.line).replace(/:\s?[A-Za-z][\w<>.[\]]{0,40}\s?=(?!=|>)/g, ' =')
  const found: Setting[] = []
  const add = (name: string, raw: string) => {
    if (found.length < most.perLine) found.push({ name, value: readValue(raw, name), line })
  }
  for (const [, name = '', raw = ''] of text.matchAll(named)) add(name.replace(/^.*\]\./, ''), raw)
  for (const [, name = '', raw = ''] of text.matchAll(option)) add(name, raw)
  for (const [, callee = '', args = ''] of text.matchAll(called))
    for (const [index, argument] of args.split(',').entries()) {
      const given = readValue(argument.trim(), callee)
      if (given.number !== undefined) add(`${callee}#${index}`, argument.trim())
    }
  return found
}

/** What was set otherwise, was set no more, or was set for the first time. */
export function settingChanges(removed: readonly string[], added: readonly string[]): SettingChange[] {
  const before = byName(removed)
  const after = byName(added)
  const changes: SettingChange[] = []
  for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [old, now] = [before.get(name) ?? [], after.get(name) ?? []]
    for (let index = 0; index < Math.max(old.length, now.length); index++) {
      const [a, b] = [old[index], now[index]]
      if (a?.value.text === b?.value.text) continue
      if (old.length !== now.length && old.length > 0 && now.length > 0 && (!a || !b)) continue
      changes.push({
        name,
        ...(a && { before: a.value }),
        ...(b && { after: b.value }),
        line: (b ?? a)?.line ?? '',
      })
    }
  }
  return changes.slice(0, most.changes)
}

function byName(lines: readonly string[]): Map<string, Setting[]> {
  const found = new Map<string, Setting[]>()
  for (const setting of lines.flatMap(settingsIn)) {
    const same = found.get(setting.name)
    if (same) same.push(setting)
    else found.set(setting.name, [setting])
  }
  return found
}
