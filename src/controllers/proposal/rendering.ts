import type { Resource } from '../../api/kind.ts'
import type { Proposal } from '../../api/kinds/proposal.ts'
import { type Git, GitError, type NewContent, type Remote } from '../../git/git.ts'
import { digestOf } from '../../lib/digest.ts'
import { type Edit, EditError, sameValue, tokensOf, valueAt } from '../../lib/json-edit.ts'
import { editYaml, valuesOf } from '../../lib/yaml-edit.ts'
import { type ChangedFile, type Declared, declaredBy, isYaml, Twice } from './declared.ts'

type Change = Proposal['spec']['changes'][number]

/** What a proposal makes of Git on a commit. */
export interface Rendered extends Declared {
  result: 'rendered'
  /** What `Git.make` is given. */
  files: Record<string, NewContent>
}

export type Rendering =
  | Rendered
  /** Git says it already. */
  | { result: 'said' }
  /** Git says something else by now. */
  | { result: 'stale'; why: string }
  | { result: 'unfit'; why: string }

const FILE_BYTES = 1024 * 1024
/** Rows of datasets and the like are restored unread. */
const DATA_BYTES = 64 * 1024 * 1024

export interface Source {
  git: Git
  remote: Remote
  /** Folder of the Delivery. */
  folder: string
  /** Namespace of objects that name none. */
  namespace: string
  signal: AbortSignal
}

/**
 * Carries out the changes of a proposal on the files of a commit, without writing anything.
 * @param since the commit that the proposal was made for: what was changed there since then makes it stale
 */
export async function render(
  changes: readonly Change[],
  base: string,
  since: string,
  source: Source,
): Promise<Rendering> {
  const reader = readerOf(source)
  const texts = new Map<string, ChangedFile & { from?: string }>()
  let said = 0
  try {
    for (const change of changes) {
      const { file, restore } = change
      const known = texts.get(file)
      if (known && (change.operations === undefined || known.from !== undefined))
        throw new Unfit(`${file} is changed twice, once as a whole`)
      const before = known ? known.before : await reader(base, file)
      const now = known ? known.after : before
      const next = await changed(change, now, { base, since, before, reader, namespace: source.namespace })
      if (next === now) said++
      texts.set(file, { before, after: next, ...(restore !== undefined && { from: restore }) })
    }
    if (said === changes.length) return { result: 'said' }
    for (const [file, { before, after }] of texts) if (before === after) texts.delete(file)
    return {
      result: 'rendered',
      files: Object.fromEntries(
        [...texts].map(([file, { after, from }]) => [
          file,
          after === undefined ? null : from === undefined ? after : { from },
        ]),
      ),
      ...declaredBy(texts, source.folder, source.namespace),
    }
  } catch (error) {
    if (error instanceof Stale) return { result: 'stale', why: error.message }
    if (isUnfit(error)) return { result: 'unfit', why: error.message }
    throw error
  }
}

class Stale extends Error {}
class Unfit extends Error {}

const isUnfit = (error: unknown): error is Error =>
  error instanceof Unfit || error instanceof Twice || error instanceof EditError

type Reader = (revision: string, file: string) => Promise<string | undefined>

interface Situation {
  base: string
  /** The file on the base. */
  before: string | undefined
  since: string
  reader: Reader
  namespace: string
}

/** The file's text with the change made; the same text when it says so already. */
async function changed(change: Change, now: string | undefined, at: Situation): Promise<string | undefined> {
  const { file, operations, restore, content } = change
  const untouched = async () => at.base === at.since || at.before === (await at.reader(at.since, file))
  if (restore !== undefined) {
    const wanted = await at.reader(restore, file)
    if (wanted === now || (await untouched())) return wanted
    throw new Stale(`${file} was changed since: restoring it would take that back too`)
  }
  if (content !== undefined) {
    if (now === undefined || now === content || (await untouched())) return content
    throw new Stale(`${file} was changed since: writing it would take that back`)
  }
  if (now === undefined) throw new Unfit(`there is no file ${file}`)
  if (!isStructured(file))
    throw new Unfit(`${file} is neither YAML nor JSON: operations can not be made there`)
  return operated(change, operations ?? [], now, at)
}

async function operated(
  { file, object }: Change,
  operations: readonly Edit[],
  now: string,
  at: Situation,
): Promise<string> {
  const wanted = matching(object, at.namespace)
  const value = only(now, wanted, file)
  if (satisfied(value, operations)) return now
  const then = at.base === at.since ? at.before : await at.reader(at.since, file)
  const touched = then !== undefined && at.before !== undefined && then !== at.before
  const moved = touched
    ? movedPath(only(then, wanted, file), only(at.before ?? '', wanted, file), operations)
    : undefined
  if (moved !== undefined) throw new Stale(`${moved} in ${file} was changed since`)
  try {
    return editYaml(now, wanted, operations)
  } catch (error) {
    if (!(error instanceof EditError)) throw error
    // What does not fit any more was changed by somebody else.
    const stale = error.stale || touched
    throw stale ? new Stale(`${file}: ${error.message}`) : new Unfit(`${file}: ${error.message}`)
  }
}

/** The one value of a file that is meant. */
function only(text: string, wanted: (value: unknown) => boolean, file: string): unknown {
  try {
    const found = valuesOf(text).filter(wanted)
    if (found.length === 1) return found[0]
    throw new Unfit(`${file} holds it ${found.length} times`)
  } catch (error) {
    if (error instanceof EditError) throw new Unfit(`${file}: ${error.message}`)
    throw error
  }
}

/** Whether the value says already what the operations write. */
function satisfied(value: unknown, operations: readonly Edit[]): boolean {
  const writes = operations.filter(({ op }) => op !== 'test')
  return writes.every(({ op, path, value: wanted }) => {
    const tokens = tokensOf(path)
    const parent = valueAt(value, pointer(tokens.slice(0, -1)))
    const key = tokens.at(-1) ?? ''
    if (Array.isArray(parent) && op !== 'replace')
      // Where an item was taken out can not be told from what is left.
      return op === 'add' && parent.some(item => sameValue(item, wanted))
    if (op === 'remove') return typeof parent === 'object' && parent !== null && !Object.hasOwn(parent, key)
    return sameValue(valueAt(value, path), wanted)
  })
}

/** A place that the operations write to and that somebody else has written to; for a list, the list. */
function movedPath(then: unknown, now: unknown, operations: readonly Edit[]): string | undefined {
  return operations
    .filter(({ op }) => op !== 'test')
    .map(({ path }) => {
      const parent = pointer(tokensOf(path).slice(0, -1))
      return Array.isArray(valueAt(now, parent)) ? parent : path
    })
    .find(path => !sameValue(valueAt(then, path) ?? null, valueAt(now, path) ?? null))
}

const pointer = (tokens: readonly string[]): string =>
  tokens.map(token => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const matching =
  (object: Change['object'], namespace: string) =>
  (value: unknown): boolean => {
    if (object === undefined) return true
    const { apiVersion, kind, metadata } = (value ?? {}) as Partial<Resource>
    return (
      apiVersion === object.apiVersion &&
      kind === object.kind &&
      metadata?.name === object.name &&
      (metadata.namespace ?? namespace) === (object.namespace ?? namespace)
    )
  }

const isStructured = (file: string): boolean => isYaml(file) || /\.json$/.test(file)

/** Text of files that hold objects, digests of others; undefined where there is none. */
function readerOf({ git, remote, signal }: Source): Reader {
  return async (revision, file) => {
    const files = await git.files(remote, revision, file, signal)
    if (!files.some(({ path }) => path === file)) return undefined
    const read = async (limit: number) => {
      try {
        return await git.read(remote, revision, file, limit, signal)
      } catch (error) {
        if (error instanceof GitError && !error.retryable) throw new Unfit(error.message)
        throw error
      }
    }
    if (!isStructured(file)) return digestOf(await read(DATA_BYTES))
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await read(FILE_BYTES))
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      throw new Unfit(`${file} at ${revision.slice(0, 12)} is no text`)
    }
  }
}
