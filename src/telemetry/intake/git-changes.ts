import { isUtf8 } from 'node:buffer'
import type { Git, Remote } from '../../git/git.ts'
import type { ChangeRecord } from '../signals/signal.ts'
import { redact } from './redaction.ts'
import { lineDiff } from './text-diff.ts'

export interface ChangedFile {
  path: string
  diff?: string
}

/** What of a commit is looked into; of larger ones only files that have another size are found. */
const LIMITS = { compared: 500, files: 100, bytes: 128 * 1024, diff: 8_000 } as const

/**
 * The files that differ between two commits, with what is different in them; everything when there is no first one.
 * @throws GitError
 */
export async function changedFiles(between: {
  git: Git
  remote: Remote
  folder: string
  from: string | undefined
  to: string
  signal: AbortSignal
}): Promise<ChangedFile[]> {
  const { git, remote, folder, from, to, signal } = between
  const sizes = async (revision: string) =>
    new Map((await git.files(remote, revision, folder, signal)).map(({ path, bytes }) => [path, bytes]))
  const after = await sizes(to)
  const before = from === undefined ? new Map<string, number>() : await sizes(from)
  const few = after.size <= LIMITS.compared && before.size <= LIMITS.compared
  const differing = [...new Set([...before.keys(), ...after.keys()])]
    .filter(path => before.get(path) !== after.get(path) || few)
    .sort()
  const read = async (revision: string | undefined, path: string, bytes: number | undefined) => {
    if (revision === undefined || bytes === undefined) return ''
    if (bytes > LIMITS.bytes) return undefined
    const content = await git.read(remote, revision, path, LIMITS.bytes, signal)
    return isUtf8(content) && !content.includes(0) ? Buffer.from(content).toString('utf8') : undefined
  }
  const changed: ChangedFile[] = []
  for (const path of differing) {
    if (changed.length === LIMITS.files) break
    const [old, now] = [await read(from, path, before.get(path)), await read(to, path, after.get(path))]
    if (old !== undefined && now !== undefined) {
      const gone = !after.has(path) || !before.has(path)
      if (old !== now || gone) changed.push({ path, diff: redact(lineDiff(old, now, LIMITS.diff)) })
    } else if (before.get(path) !== after.get(path)) changed.push({ path })
  }
  return changed
}

const byKind: Readonly<Record<string, ChangeRecord['change']>> = {
  Prompt: 'prompt',
  Model: 'model',
  ModelProvider: 'model',
  ModelRoute: 'route',
  Dataset: 'data',
  Guardrail: 'policy',
  Evaluation: 'policy',
  AccessKey: 'policy',
  Budget: 'policy',
  Scorer: 'policy',
}

/** What a file is about: what its objects are, else what its name says. */
export function areaOf(path: string, objects: readonly { kind: string }[]): ChangeRecord['change'] {
  for (const { kind } of objects) {
    const area = byKind[kind]
    if (area) return area
  }
  if (/\.(csv|jsonl|parquet)$/i.test(path)) return 'data'
  if (/(^|\/)Dockerfile|\.(tf|tfvars)$/i.test(path)) return 'infrastructure'
  if (/(^|\/)prompts?\//i.test(path)) return 'prompt'
  return objects.length > 0 || /\.(ya?ml|json|toml|ini|env|properties|conf)$/i.test(path) ? 'config' : 'code'
}
