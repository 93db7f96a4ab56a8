import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, timestamp } from '../lib/clock.ts'
import { digestOfValue, shortDigest } from '../lib/digest.ts'
import { withAccess } from './access.ts'
import { addressOf, checkRef } from './address.ts'
import { branchHead, diffOf, makeCommit, moveBranch, reachable, serverHooksOff } from './change.ts'
import { branchContents, ensure, fetchRevision, newest, type Opened, readCommit } from './commits.ts'
import { configuration, environment } from './environment.ts'
import { broken, failure } from './failure.ts'
import { type Git, GitError, type Remote } from './git.ts'
import { commitsOf } from './history.ts'
import { type GitLimits, Repository, type Workspace } from './repository.ts'
import { commitRestored, contentsAt, restoredPaths, sameContents } from './restore.ts'
import { isRegularFile, repositoryPath } from './tree.ts'

const defaults: GitLimits = { timeoutMs: 120_000, repositoryBytes: 1024 ** 3, files: 100_000 }

/**
 * Git by the git command. Caches lie under `directory`, which must have no other user; one for each repository and
 * credentials, so that nobody reads through the cache what his own credentials would not show him.
 */
export function createGit(options: {
  directory: string
  clock: Clock
  limits?: Partial<GitLimits>
}): Git & AsyncDisposable {
  const { clock } = options
  const home = join(options.directory, 'home')
  const keys = join(options.directory, 'keys')
  const workspace: Workspace = { env: environment(home), clock, limits: { ...defaults, ...options.limits } }
  const repositories = new Map<string, Repository>()
  let prepared: Promise<void> | undefined

  const prepare = async () => {
    await rm(keys, { recursive: true, force: true })
    await mkdir(home, { recursive: true, mode: 0o700 })
    await writeFile(join(home, 'gitconfig'), configuration)
  }

  /** Runs `use` with the repository's cache and access to its remote; errors leave as GitError. */
  async function open<T>(doing: string, remote: Remote, use: (opened: Opened) => Promise<T>): Promise<T> {
    const address = addressOf(remote.url)
    if (address.transport === 'file' && !existsSync(address.target))
      throw new GitError(`${doing} of ${address.shown}: there is no such folder`, false)
    prepared ??= prepare()
    await prepared
    const id = shortDigest(digestOfValue([address.target, remote.credentials ?? {}]), 40)
    const repository =
      repositories.get(id) ?? new Repository(join(options.directory, 'repositories', `${id}.git`), workspace)
    repositories.set(id, repository)
    const act = () =>
      withAccess(address, remote.credentials, keys, env => use({ repository, address, remote, env }))
    try {
      try {
        return await act()
      } catch (error) {
        if (!broken(error)) throw error
        await repository.exclusively(new AbortController().signal, () => repository.discard())
        return await act()
      }
    } catch (error) {
      throw failure(`${doing} of ${address.shown}`, error, remote.credentials)
    }
  }

  return {
    fetch(remote, signal) {
      checkRef(remote.ref)
      return open(`cannot fetch ${remote.ref}`, remote, async opened => {
        const { repository } = opened
        const head = await newest(opened, signal)
        if (!(await repository.has(head.revision, signal)))
          await repository.exclusively(signal, () => fetchRevision(opened, head.revision, signal, head.ref))
        return readCommit(repository, head.revision, signal)
      })
    },
    commit(remote, revision, signal) {
      checkRevision(revision)
      return open(`cannot read commit ${revision}`, remote, async opened => {
        await ensure(opened, revision, signal)
        return readCommit(opened.repository, revision, signal)
      })
    },
    files(remote, revision, folder, signal) {
      checkRevision(revision)
      const path = repositoryPath(folder)
      return open(`cannot list ${path || '.'} at ${revision}`, remote, async opened => {
        await ensure(opened, revision, signal)
        const entries = await opened.repository.entries(revision, path, signal)
        return entries.filter(isRegularFile).map(entry => ({ path: entry.path, bytes: entry.bytes }))
      })
    },
    read(remote, revision, file, limitBytes, signal) {
      checkRevision(revision)
      const path = repositoryPath(file)
      return open(`cannot read ${path} at ${revision}`, remote, async opened => {
        await ensure(opened, revision, signal)
        const entries = await opened.repository.entries(revision, path, signal)
        const entry = entries.find(candidate => candidate.path === path)
        const where = `${path} at ${revision.slice(0, 12)}`
        if (!entry) throw new GitError(`there is no file ${where}`, false)
        if (!isRegularFile(entry))
          throw new GitError(`${where} is a symlink or submodule, which is not followed`, false)
        if (entry.bytes > limitBytes)
          throw new GitError(`${where} has ${entry.bytes} bytes; at most ${limitBytes} are read`, false)
        return opened.repository.contents(entry.object, signal)
      })
    },
    history(remote, revision, path, limit, signal) {
      checkRevision(revision)
      const place = repositoryPath(path)
      return open(`cannot read the history of ${place || '.'}`, remote, opened =>
        commitsOf(opened, revision, place, limit, signal),
      )
    },
    restore(remote, change, signal) {
      checkRef(change.branch)
      checkRevision(change.base)
      checkRevision(change.from)
      const paths = restoredPaths(change.paths)
      return open(`cannot push branch ${change.branch}`, remote, async opened => {
        const { repository, address, env } = opened
        await ensure(opened, change.base, signal)
        await ensure(opened, change.from, signal)
        const before = await contentsAt(repository, change.base, paths, signal)
        const after = await contentsAt(repository, change.from, paths, signal)
        if (sameContents(before, after)) return change.base
        const branch = `refs/heads/${change.branch}`
        const pushed = await branchContents(opened, branch, paths, signal)
        if (pushed && sameContents(pushed.contents, after)) return pushed.revision
        if (pushed)
          throw new GitError(`branch ${change.branch} is there with other content; merge or delete it`, false)
        return repository.exclusively(signal, async () => {
          const commit = await commitRestored(
            repository,
            { ...change, before, after, at: timestamp(clock) },
            signal,
          )
          // The lease on nothing makes the push fail when someone else made the branch meanwhile.
          await repository.run(
            [
              'push',
              '--quiet',
              '--no-verify',
              `--force-with-lease=${branch}:`,
              ...serverHooksOff(address),
              address.target,
              `${commit}:${branch}`,
            ],
            signal,
            { env },
          )
          return commit
        })
      })
    },
    make(remote, change, signal) {
      checkRevision(change.base)
      for (const content of Object.values(change.files))
        if (content !== null && typeof content === 'object') checkRevision(content.from)
      return open(`cannot make a commit on ${change.base}`, remote, opened =>
        makeCommit(opened, change, signal),
      )
    },
    head(remote, branch, signal) {
      checkRef(branch)
      return open(`cannot find branch ${branch}`, remote, opened => branchHead(opened, branch, signal))
    },
    move(remote, change, signal) {
      checkRef(change.branch)
      if (change.to !== undefined) checkRevision(change.to)
      return open(`cannot move branch ${change.branch}`, remote, opened => moveBranch(opened, change, signal))
    },
    contains(remote, revision, ancestor, signal) {
      checkRevision(revision)
      checkRevision(ancestor)
      return open(`cannot look for ${ancestor} in ${revision}`, remote, opened =>
        reachable(opened, revision, ancestor, signal),
      )
    },
    diff(remote, from, to, limitBytes, signal) {
      checkRevision(from)
      checkRevision(to)
      return open(`cannot compare ${from} with ${to}`, remote, opened =>
        diffOf(opened, from, to, limitBytes, signal),
      )
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...repositories.values()].map(repository => repository[Symbol.asyncDispose]()))
    },
  }
}

function checkRevision(revision: string): void {
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(revision))
    throw new GitError(`"${revision.slice(0, 64)}" is not the full SHA of a commit`, false)
}
