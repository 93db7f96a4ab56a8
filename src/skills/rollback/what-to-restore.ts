import type { Resource } from '../../api/kind.ts'
import type { ProposalDraft } from '../../api/kinds/proposal.ts'
import type { Commit } from '../../git/git.ts'
import { differenceText, operationsFor } from '../drafts/difference.ts'
import { nameOf, referenceOfDeclared } from '../drafts/object-name.ts'
import { isYaml, objectsIn } from '../drafts/objects-in.ts'
import { sameValue, valueAt } from '../drafts/pointer.ts'
import { count, plain, short } from '../drafts/words.ts'
import { type ChangedFile, changedObjects, type FoundCommit } from '../evidence/commit-changes.ts'
import type { SkillContext } from '../skill.ts'

type Change = ProposalDraft['changes'][number]

/** How one file gets what it had before a commit. */
export type FileRollback =
  | { changes: Change[]; keeps: readonly Commit[] }
  /** It has that already. */
  | { done: true }
  /** Later commits touched the same. */
  | { conflict: string }

/**
 * A file that no later commit touched gets back its content. Of one that later commits touched, only the fields that the
 * commit changed are set back, and only where they still say what it wrote; whatever else came later stays.
 */
export async function rollbackOf(
  changed: ChangedFile,
  found: FoundCommit,
  context: Pick<SkillContext, 'repository' | 'namespace'>,
): Promise<FileRollback> {
  const { delivery, commit, parent } = found
  const { file, before, after } = changed
  const head = await context.repository.read(delivery, file)
  if (head === before) return { done: true }
  const history = await context.repository.history(delivery, file)
  const place = history.findIndex(({ revision }) => revision === commit.revision)
  const later = history.slice(0, place < 0 ? history.length : place)
  if (head === after && parent !== undefined) return { changes: [{ file, restore: parent }], keeps: [] }
  const laterText = later
    .slice(0, 3)
    .map(one => `${short(one.revision)} (${plain(one.title, 60)})`)
    .join(', ')
  if (!isYaml(file) || before === undefined || after === undefined || head === undefined)
    return {
      conflict: `${file} was changed again by ${laterText || 'a later commit'}, and can not be set back without that`,
    }
  return fieldsOf(changed, head, later, laterText, context.namespace)
}

function fieldsOf(
  changed: ChangedFile,
  head: string,
  later: readonly Commit[],
  laterText: string,
  namespace: string,
): FileRollback {
  const { file } = changed
  const current = objectsIn(head)
  const changes: Change[] = []
  for (const { before, after, differences } of changedObjects([changed])) {
    if (!before || !after) {
      const name = (before ?? after)?.metadata.name ?? ''
      return {
        conflict: `${file}: the commit ${before ? 'removed' : 'added'} ${plain(name, 80)}, and ${laterText} changed the file since`,
      }
    }
    const now = current.find(one => isSame(one, after))
    const name = nameOf(referenceOfDeclared(after, namespace))
    if (!now) return { conflict: `${file}: ${name} is no longer declared there since ${laterText}` }
    const open = differences.filter(one => !sameValue(valueAt(now, one.path), one.before))
    const touched = open.find(one => !sameValue(valueAt(now, one.path), one.after))
    if (touched) {
      const said = differenceText({
        path: touched.path,
        before: touched.after,
        after: valueAt(now, touched.path),
      })
      return { conflict: `${file}: ${laterText} changed the same field of ${name}: ${plain(said, 200)}` }
    }
    if (open.length === 0) continue
    const back = open.map(({ path, before: was, after: wrote }) => ({ path, before: wrote, after: was }))
    changes.push({ file, object: referenceOfDeclared(now, namespace), operations: operationsFor(now, back) })
  }
  return changes.length === 0 ? { done: true } : { changes, keeps: later }
}

const isSame = (a: Resource, b: Resource): boolean =>
  a.kind === b.kind &&
  a.apiVersion === b.apiVersion &&
  a.metadata.name === b.metadata.name &&
  a.metadata.namespace === b.metadata.namespace

export const keptText = (kept: readonly Commit[]): string =>
  kept.length === 0 ? '' : ` ${count(kept.length, 'later commit')} to the same files stay as they are.`
