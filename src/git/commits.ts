import { digestOfValue, shortDigest } from '../lib/digest.ts'
import type { Address } from './address.ts'
import { type Commit, GitError, type Remote } from './git.ts'
import type { Repository } from './repository.ts'
import { contentsAt } from './restore.ts'

/** A repository's cache with access to its remote. */
export interface Opened {
  repository: Repository
  address: Address
  remote: Remote
  env: Record<string, string>
}

/** The commit a ref names on the remote now. A branch goes before a tag of the same name. */
export async function newest(
  opened: Opened,
  signal: AbortSignal,
): Promise<{ revision: string; ref?: string }> {
  const { remote, repository, address, env } = opened
  if (/^[0-9a-f]{40}$/.test(remote.ref)) return { revision: remote.ref }
  const names =
    remote.ref.startsWith('refs/') || remote.ref === 'HEAD'
      ? [remote.ref]
      : [`refs/heads/${remote.ref}`, `refs/tags/${remote.ref}`]
  const wanted = names.flatMap(name => [name, `${name}^{}`])
  await repository.exclusively(signal, async () => {})
  const output = await repository.run(['ls-remote', '--quiet', address.target, ...wanted], signal, { env })
  const found = new Map(
    output
      .toString('utf8')
      .split('\n')
      .map(line => line.split('\t'))
      .map(([revision = '', name = '']) => [name, revision]),
  )
  for (const name of names) {
    const revision = found.get(`${name}^{}`) ?? found.get(name)
    if (revision) return { revision, ref: name }
  }
  throw new GitError(
    `cannot fetch ${remote.ref} of ${address.shown}: there is no such branch or tag; check spec.ref`,
    false,
  )
}

/** Brings a commit into the cache unless it is there. */
export async function ensure(opened: Opened, revision: string, signal: AbortSignal): Promise<void> {
  if (await opened.repository.has(revision, signal)) return
  await opened.repository.exclusively(signal, async () => {
    if (!(await opened.repository.has(revision, signal))) await fetchRevision(opened, revision, signal)
  })
}

/**
 * Brings one commit into the cache: by its SHA, which most servers allow, else the ref it was seen at, else the
 * whole history of the Delivery's ref.
 */
export async function fetchRevision(
  opened: Opened,
  revision: string,
  signal: AbortSignal,
  ref = opened.remote.ref,
): Promise<void> {
  const { repository, address, env } = opened
  const kept = `refs/keelway/${shortDigest(digestOfValue(ref))}`
  const ways = [
    ['--depth=1', address.target, `+${revision}:refs/keelway/commits/${revision}`],
    ['--depth=1', address.target, `+${ref}:${kept}`],
    ['--depth=2147483647', address.target, `+${ref}:${kept}`],
  ]
  let refused: unknown
  for (const way of ways) {
    try {
      await repository.fetch(way, env, signal)
    } catch (error) {
      refused = error
      if (!notOffered(error)) throw error
    }
    if (await repository.has(revision, signal)) return
  }
  throw refused ?? new GitError(`commit ${revision} is not reachable from ${ref}`, false)
}

/** The server gives out only what its refs point at. */
const notOffered = (error: unknown): boolean =>
  error instanceof Error &&
  /not our ref|unadvertised object|does not allow request|couldn't find remote ref/i.test(error.message)

/** Where a branch is on the remote and what it has at the paths, or undefined when there is none. */
export async function branchContents(opened: Opened, branch: string, paths: string[], signal: AbortSignal) {
  const { repository, address, env } = opened
  const output = await repository.run(['ls-remote', '--quiet', address.target, branch], signal, { env })
  const line = output
    .toString('utf8')
    .split('\n')
    .find(candidate => candidate.endsWith(`\t${branch}`))
  if (!line) return undefined
  const [revision = ''] = line.split('\t')
  await ensure(opened, revision, signal)
  return { revision, contents: await contentsAt(repository, revision, paths, signal) }
}

export async function readCommit(
  repository: Repository,
  revision: string,
  signal: AbortSignal,
): Promise<Commit> {
  const format = '%H%x00%an <%ae>%x00%cI%x00%B'
  const output = await repository.run(
    [
      'log',
      '-1',
      '--no-show-signature',
      '--no-notes',
      '--encoding=UTF-8',
      `--format=${format}`,
      revision,
      '--',
    ],
    signal,
  )
  const [id = '', author = '', at = '', ...rest] = output.toString('utf8').slice(0, 65_536).split('\0')
  const message = rest.join('').trim()
  const title = message.split('\n')[0] ?? ''
  return {
    revision: id.trim(),
    author: author.slice(0, 512),
    title: title.slice(0, 512),
    message,
    at: new Date(at).toISOString().replace('.000Z', 'Z'),
  }
}
