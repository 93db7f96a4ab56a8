import { type Git, GitError, type Remote } from '../../git/git.ts'
import { type Problem, parseManifest, type SourceObject } from './manifest.ts'
import { applyOrder } from './order.ts'
import { keyOf, referenceOf, shownAs } from './reference.ts'

export interface Revision {
  /** In the order they are applied. */
  objects: SourceObject[]
  problems: Problem[]
}

const FILES = 2000
const OBJECTS = 5000
const FILE_BYTES = 1024 * 1024
const TOTAL_BYTES = 64 * 1024 * 1024
const PROBLEMS = 20

/**
 * The objects that the YAML files under a folder say at a revision. Files and folders whose names begin with a dot,
 * such as .github, are no objects of ours. A revision with any problem is to be refused whole.
 */
export async function readRevision(
  git: Git,
  remote: Remote,
  revision: string,
  folder: string,
  namespace: string,
  signal: AbortSignal,
): Promise<Revision> {
  const listed = await git.files(remote, revision, folder, signal)
  const files = listed.filter(
    ({ path }) => /\.ya?ml$/.test(path) && !/(^|\/)\./.test(path.slice(prefixOf(folder))),
  )
  const found: Revision = { objects: [], problems: [] }
  const problem = (file: string, message: string) => void found.problems.push({ file, line: 1, message })
  if (files.length > FILES) problem(folder, `the folder holds more than ${FILES} YAML files`)
  if (files.reduce((sum, file) => sum + file.bytes, 0) > TOTAL_BYTES)
    problem(folder, `the YAML files take more than ${TOTAL_BYTES / 1048576} MiB`)
  if (found.problems.length > 0) return found
  for (const { path, bytes } of files.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    if (found.problems.length >= PROBLEMS) break
    if (bytes > FILE_BYTES) {
      problem(path, `the file has ${bytes} bytes; at most ${FILE_BYTES} are read`)
      continue
    }
    const parsed = parseManifest(path, await git.read(remote, revision, path, FILE_BYTES, signal))
    signal.throwIfAborted()
    found.objects.push(...parsed.objects)
    found.problems.push(...parsed.problems)
    if (found.objects.length > OBJECTS) {
      problem(path, `the folder holds more than ${OBJECTS} objects`)
      break
    }
  }
  for (const { resource } of found.objects) resource.metadata.namespace ??= namespace
  found.problems.push(...duplicates(found.objects))
  found.objects.sort((a, b) => applyOrder(a.resource, b.resource))
  return found
}

const prefixOf = (folder: string): number => folder.replace(/^\.?\/*|\/+$/g, '').length

function duplicates(objects: readonly SourceObject[]): Problem[] {
  const seen = new Map<string, SourceObject>()
  return objects.flatMap(object => {
    const reference = referenceOf(object.resource)
    const key = keyOf(reference)
    const other = seen.get(key)
    seen.set(key, other ?? object)
    if (!other) return []
    const message = `${shownAs(reference)} is also in ${other.file}:${other.line}`
    return [{ file: object.file, line: object.line, message }]
  })
}

/** Problems in one line each, the first few of them. */
export const listed = (problems: readonly Problem[]): string => {
  const shown = problems.slice(0, 5).map(({ file, line, message }) => `${file}:${line}: ${message}`)
  const more = problems.length - shown.length
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}

/** Whether reading failed since the commit or a file is not there, which trying again does not change. */
export const isFinal = (error: unknown): error is GitError => error instanceof GitError && !error.retryable
