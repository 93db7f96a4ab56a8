import type { Resource } from '../../api/kind.ts'
import type { Commit } from '../../git/git.ts'
import { deliveriesOf } from '../drafts/declared.ts'
import { type Difference, differences } from '../drafts/difference.ts'
import { isYaml, objectsIn } from '../drafts/objects-in.ts'
import type { SkillContext } from '../skill.ts'

/** A commit of a Delivery's repository. */
export interface FoundCommit {
  delivery: string
  commit: Commit
  /** What it was made on; undefined of the first one. */
  parent?: string
}

export interface ChangedFile {
  file: string
  /** Undefined: it was not there. */
  before: string | undefined
  after: string | undefined
}

/** One object that a commit changed, as its file declares it. */
export interface ChangedObject {
  file: string
  before: Resource | undefined
  after: Resource | undefined
  differences: readonly Difference[]
}

/** Files read at two commits, at most. */
const mostFiles = 2000

type Context = Pick<SkillContext, 'repository' | 'objects' | 'namespace'>

/** By its SHA, of which the first seven digits do, among the newest commits of each Delivery. */
export async function findCommit(context: Context, revision: string): Promise<FoundCommit | undefined> {
  const wanted = revision.toLowerCase()
  if (!/^[0-9a-f]{7,64}$/.test(wanted)) return undefined
  for (const delivery of await deliveriesOf(context)) {
    const commits = await context.repository.history(delivery, '.')
    const commit = commits.find(one => one.revision.startsWith(wanted))
    if (commit) return { delivery, commit, ...parentOf(commit) }
  }
  return undefined
}

export const parentOf = ({ parents }: Commit): { parent?: string } => {
  const [parent] = parents ?? []
  return parent === undefined ? {} : { parent }
}

/** Files that differ from what the commit was made on, by name. */
export async function changedFiles(
  { repository }: Pick<SkillContext, 'repository'>,
  { delivery, commit, parent }: FoundCommit,
): Promise<ChangedFile[]> {
  const after = await repository.files(delivery, commit.revision)
  const before = parent === undefined ? [] : await repository.files(delivery, parent)
  const all = [...new Set([...before, ...after])].sort().slice(0, mostFiles)
  const found: ChangedFile[] = []
  for (const file of all) {
    const old = parent === undefined ? undefined : await repository.read(delivery, file, parent)
    const now = await repository.read(delivery, file, commit.revision)
    if (old !== now) found.push({ file, before: old, after: now })
  }
  return found
}

/** Objects that the YAML files of a change declare otherwise than before. */
export function changedObjects(files: readonly ChangedFile[]): ChangedObject[] {
  return files.flatMap(({ file, before, after }) => {
    if (!isYaml(file)) return []
    const [old, now] = [byName(before), byName(after)]
    return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap(name => {
      const [a, b] = [old.get(name), now.get(name)]
      const found = differences(a, b)
      return found.length === 0 ? [] : [{ file, before: a, after: b, differences: found }]
    })
  })
}

const byName = (text: string | undefined): Map<string, Resource> =>
  new Map(
    objectsIn(text ?? '').map(object => [
      `${object.apiVersion}/${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`,
      object,
    ]),
  )

/**
 * Lines that are gone and lines that are new, in their order. A line that only moved counts as neither; good enough to
 * show people what a text says otherwise.
 */
export function lineChanges(before: string, after: string, most = 20): { gone: string[]; added: string[] } {
  const minus = (from: string, what: string): string[] => {
    const left = new Map<string, number>()
    for (const line of what.split('\n')) left.set(line, (left.get(line) ?? 0) + 1)
    return from
      .split('\n')
      .filter(line => {
        const count = left.get(line) ?? 0
        left.set(line, count - 1)
        return count <= 0 && line.trim() !== ''
      })
      .slice(0, most)
  }
  return { gone: minus(before, after), added: minus(after, before) }
}
