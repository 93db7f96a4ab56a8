import type { Edit } from '../diff/edit.ts'
import type { FileEdit } from '../diff/unified-diff.ts'
import type { DiffClass, Hit, Produces } from './diff-class.ts'

const another: Produces = {
  startup: 1,
  crash: 0.9,
  error: 0.7,
  validation: 0.7,
  schema: 0.5,
  restarts: 0.8,
  latency: 0.5,
  memory: 0.6,
  cpu: 0.5,
  certificate: 0.6,
  timeout: 0.5,
  'pool-wait': 0.5,
  unauthorized: 0.6,
  forbidden: 0.4,
  'wrong-data': 0.5,
  reset: 0.5,
  dns: 0.3,
  refused: 0.4,
  'not-found': 0.3,
  backlog: 0.5,
  'rate-limit': 0.3,
  retries: 0.4,
  silence: 0.3,
  'log-volume': 0.3,
  lock: 0.3,
  threads: 0.4,
  clock: 0.2,
}
const runtime: Produces = {
  startup: 1,
  crash: 0.9,
  image: 1,
  restarts: 0.9,
  memory: 0.7,
  cpu: 0.6,
  certificate: 0.8,
  dns: 0.7,
  forbidden: 0.6,
  error: 0.6,
  latency: 0.5,
  oom: 0.6,
  'config-missing': 0.5,
  validation: 0.3,
  timeout: 0.3,
  clock: 0.3,
  'wrong-data': 0.3,
}

/** A library in another version, and another base image or runtime. */
export const dependencyChanged: DiffClass = {
  name: 'dependency-changed',
  fault: 'dependency',
  find: edit => [...bumps(edit), ...images(edit)],
}

function bumps({ files }: Edit): Hit[] {
  return files.flatMap(file => {
    if (file.role !== 'manifest') return []
    const about = /<artifactId>([\w.-]{1,100})</.exec(file.context.join('\n'))?.[1] ?? 'version'
    const [before, after] = [versionsOf(file.removed, about), versionsOf(file.added, about)]
    const hits: Hit[] = []
    for (const [name, old] of before) {
      const now = after.get(name)
      if (now === old) continue
      if (now === undefined) hits.push(hit(file, `takes the library ${name} ${old} out`, 0.7, name))
      else hits.push(hit(file, `brings ${name} from ${old} to ${now}`, leap(old, now), name))
    }
    for (const [name, now] of after)
      if (!before.has(name)) hits.push(hit(file, `adds the library ${name} ${now}`, 0.45, name))
    return hits.slice(0, 30)
  })
}

const hit = (file: FileEdit, says: string, strength: number, about: string): Hit => ({
  ...{ says, file: file.path, strength, produces: another, about },
})

const version = /^["']?(?:[~^>=<!]{0,2}\s?)v?(\d+(?:\.[\w+-]+){0,4})["',;)]?$/

/** Module and version of lines such as `a/b v1.2.3`, `"x": "^1.2"`, `x==1.2`, `implementation 'g:a:1.2'`. */
function versionsOf(lines: readonly string[], about: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of lines.slice(0, 500)) {
    const element = /^<([\w.-]{1,60})>v?(\d[\w.+-]{0,40})<\//.exec(line)
    if (element) {
      found.set(element[1] === 'version' ? about : (element[1] ?? about), element[2] ?? '')
      continue
    }
    const parts = line
      .slice(0, 300)
      .split(/==|>=|~=|=>|[\s:=@]+(?=["'~^>=<]*v?\d)/)
      .map(part => part.trim())
    const at = parts.findIndex((part, index) => index > 0 && version.test(part.split(/[\s,;]/)[0] ?? ''))
    if (at < 1) continue
    const name = (
      parts
        .slice(0, at)
        .join(' ')
        .match(/[\w@][\w./@:-]{1,120}/g) ?? []
    )
      .filter(part => !/^(require|implementation|api|compile|version|dependency|gem|from|use)$/.test(part))
      .at(-1)
    const number = version.exec(parts[at]?.split(/[\s,;]/)[0] ?? '')?.[1]
    if (name !== undefined && number !== undefined) found.set(name.replace(/["':]+$/g, ''), number)
  }
  return found
}

/** Semantic versioning: a new major version may break, before 1.0 a minor one may; patches seldom do. */
function leap(old: string, now: string): number {
  const [a, b] = [old.split('.').map(Number), now.split('.').map(Number)]
  if (a[0] !== b[0]) return 0.9
  if (a[1] !== b[1]) return a[0] === 0 ? 0.8 : Math.abs((b[1] ?? 0) - (a[1] ?? 0)) > 1 ? 0.65 : 0.55
  return 0.3
}

function images({ files }: Edit): Hit[] {
  return files.flatMap((file): Hit[] => {
    const image =
      /^FROM\s+(\S+)|\bimage["']?\s*[:=]\s*["']?([\w./:@-]+)|\b(?:runtime|engine|node|python|go|java|ruby)[-_ ]?version["']?\s*[:=]\s*["']?([\w.]+)|\btag["']?:\s*["']?([\w.-]+)/i
    const told = (lines: readonly string[]) =>
      lines.map(line => image.exec(line)?.slice(1).find(Boolean)).find(name => name !== undefined)
    const [old, now] = [told(file.removed), told(file.added)]
    if (
      now === undefined ||
      old === undefined ||
      now === old ||
      (file.role !== 'image' && file.role !== 'config')
    )
      return []
    const far =
      /scratch|alpine|slim|distroless|minimal|musl/.test(now) &&
      !/scratch|alpine|slim|distroless|minimal|musl/.test(old.split(':')[0] ?? '')
        ? 0.85
        : old.split(/[:@]/)[0] === now.split(/[:@]/)[0]
          ? 0.55
          : 0.7
    const bare = /scratch|alpine|slim|distroless|minimal|musl/.test(now)
    return [
      {
        says: `runs on ${now} instead of ${old}`,
        file: file.path,
        strength: far,
        produces: bare ? { ...runtime, certificate: 1, dns: 0.9 } : runtime,
      },
    ]
  })
}
