import type { Address } from './address.ts'
import { ensure, type Opened } from './commits.ts'
import { GitError, GitMoved, type NewCommit } from './git.ts'
import { GitExit } from './process.ts'
import { commitRestored, contentsAt, restoredPaths, sameContents } from './restore.ts'
import { isRegularFile, type TreeEntry } from './tree.ts'

/** See Git.make. */
export async function makeCommit(opened: Opened, change: NewCommit, signal: AbortSignal): Promise<string> {
  const { repository } = opened
  const paths = restoredPaths(Object.keys(change.files))
  if (paths.length !== Object.keys(change.files).length)
    throw new GitError('a change names each file once, as git spells it', false)
  await ensure(opened, change.base, signal)
  for (const content of Object.values(change.files))
    if (content !== null && typeof content === 'object') await ensure(opened, content.from, signal)
  for (const path of paths) await refuseOddPath(opened, change.base, path, signal)
  const before = await contentsAt(repository, change.base, paths, signal)
  return repository.exclusively(signal, async () => {
    const after = new Map<string, TreeEntry>()
    for (const path of paths) {
      const content = change.files[path]
      const entry =
        typeof content === 'string'
          ? await stored(opened, path, content, before.get(path)?.mode, signal)
          : content && (await contentsAt(repository, content.from, [path], signal)).get(path)
      if (entry) after.set(path, entry)
    }
    if (sameContents(before, after)) return change.base
    return commitRestored(repository, { ...change, before, after }, signal)
  })
}

/** No file is written in place of a folder, symlink or submodule. */
async function refuseOddPath(
  { repository }: Opened,
  base: string,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const wanted: TreeEntry = { path, mode: '100644', type: 'blob', object: '', bytes: 0 }
  if (!isRegularFile(wanted)) throw new GitError(`"${path.slice(0, 255)}" is no name for a file`, false)
  const odd = (await repository.entries(base, path, signal)).find(
    entry => entry.path !== path || !isRegularFile(entry),
  )
  if (odd) throw new GitError(`${path} at ${base.slice(0, 12)} is no regular file; it is left alone`, false)
}

async function stored(
  { repository }: Opened,
  path: string,
  content: string,
  mode: string | undefined,
  signal: AbortSignal,
): Promise<TreeEntry> {
  const written = await repository.run(['hash-object', '-w', '--stdin'], signal, { input: content })
  const object = written.toString('utf8').trim()
  return { path, mode: mode ?? '100644', type: 'blob', object, bytes: Buffer.byteLength(content) }
}

/** See Git.head. */
export async function branchHead(
  { repository, address, env }: Opened,
  branch: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const ref = `refs/heads/${branch}`
  await repository.exclusively(signal, async () => {})
  const output = await repository.run(['ls-remote', '--quiet', address.target, ref], signal, { env })
  const line = output
    .toString('utf8')
    .split('\n')
    .find(candidate => candidate.endsWith(`\t${ref}`))
  return line?.split('\t')[0]
}

/** See Git.move. */
export async function moveBranch(
  opened: Opened,
  { branch, from, to }: { branch: string; from: string | undefined; to: string | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { repository, address, env } = opened
  const now = await branchHead(opened, branch, signal)
  if (now === to) return
  if (now !== from)
    throw new GitMoved(`branch ${branch} is at ${now?.slice(0, 12) ?? 'no commit'}, not where it was`)
  if (to !== undefined) await ensure(opened, to, signal)
  const ref = `refs/heads/${branch}`
  const args = ['push', '--quiet', '--no-verify', `--force-with-lease=${ref}:${from ?? ''}`]
  await repository.exclusively(signal, async () => {
    try {
      await repository.run(
        [...args, ...serverHooksOff(address), address.target, `${to ?? ''}:${ref}`],
        signal,
        {
          env,
        },
      )
    } catch (error) {
      if (!(error instanceof GitExit) || !notTaken.test(error.stderr)) throw error
      throw new GitMoved(`branch ${branch} was not moved: ${reasonOf(error.stderr)}`)
    }
  })
}

const notTaken = /\[(remote )?rejected\]|stale info|failed to update ref|cannot lock ref/i

/** What stands in brackets behind the ref that was not taken. */
function reasonOf(stderr: string): string {
  const line = stderr.split('\n').find(candidate => /\[(remote )?rejected\]/.test(candidate)) ?? ''
  const reason = line.slice(line.lastIndexOf('(') + 1).replace(/[)\p{Cc}]/gu, '')
  return (line.includes('(') && reason.trim().slice(0, 200)) || 'somebody else was faster'
}

/**
 * A repository on this machine would run its hooks as us. Where a person has the branch checked out, the files follow,
 * unless there is work that they would lose.
 */
export const serverHooksOff = (address: Address): string[] =>
  address.transport === 'file'
    ? [
        '--receive-pack=git -c core.hooksPath=/dev/null -c receive.denyCurrentBranch=updateInstead receive-pack',
      ]
    : []

/** See Git.contains. A commit is sought since its own date, then among the newest 5,000 of each line. */
export async function reachable(
  opened: Opened,
  revision: string,
  ancestor: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (revision === ancestor) return true
  const { repository, address, env } = opened
  try {
    await ensure(opened, revision, signal)
    await ensure(opened, ancestor, signal)
  } catch (error) {
    if (error instanceof GitExit || (error instanceof GitError && !error.retryable)) return false
    throw error
  }
  const isAncestor = () =>
    answered(repository.run(['merge-base', '--is-ancestor', ancestor, revision], signal))
  if (await isAncestor()) return true
  const date = await repository.run(['log', '-1', '--format=%ct', ancestor, '--'], signal)
  const since = Number(date.toString('utf8').trim()) - 1
  for (const how of [`--shallow-since=${since}`, '--depth=200', '--depth=5000']) {
    const shallow = await repository.run(['rev-parse', '--is-shallow-repository'], signal)
    if (shallow.toString('utf8').trim() === 'false') return false
    const fetched = await repository.exclusively(signal, () =>
      answered(
        repository.fetch([how, address.target, `+${revision}:refs/keelway/commits/${revision}`], env, signal),
      ),
    )
    if (fetched && (await isAncestor())) return true
  }
  return false
}

/** Whether a git command said yes; one that could not ask is an error, except that nothing was selected. */
async function answered(command: Promise<unknown>): Promise<boolean> {
  try {
    await command
    return true
  } catch (error) {
    if (
      error instanceof GitExit &&
      (error.code === 1 || /no commits selected|shallow-since|deepen/i.test(error.stderr))
    )
      return false
    throw error
  }
}

/** See Git.diff. */
export async function diffOf(
  opened: Opened,
  from: string,
  to: string,
  limitBytes: number,
  signal: AbortSignal,
): Promise<string> {
  await ensure(opened, from, signal)
  await ensure(opened, to, signal)
  const how = ['--no-color', '--no-ext-diff', '--no-textconv', '--no-renames', '--unified=3', '--full-index']
  const output = await opened.repository.run(['diff', ...how, from, to, '--'], signal)
  if (output.length <= limitBytes) return output.toString('utf8')
  const cut = output.subarray(0, output.lastIndexOf(10, limitBytes) + 1).toString('utf8')
  return `${cut}… ${output.length - Buffer.byteLength(cut)} bytes more\n`
}
