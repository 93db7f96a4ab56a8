/**
 * Repositories by the git command: over file, http(s) and ssh, one ref, shallow. Repository content is untrusted:
 * no hooks, no ext protocol, no symlink leads out, sizes and counts and time are bounded.
 */
export interface Commit {
  /** Full SHA. */
  revision: string
  /** `Name <mail>`. */
  author: string
  /** First line of the message. */
  title: string
  message: string
  /** RFC 3339. */
  at: string
  /** Commits it was made on, in histories; the first one is what a merge was made into. */
  parents?: readonly string[]
}

interface TreeFile {
  /** Relative to the repository's root, with forward slashes. */
  path: string
  bytes: number
}

export interface Credentials {
  username?: string
  password?: string
  privateKey?: string
  knownHosts?: string
}

export interface Remote {
  url: string
  ref: string
  credentials?: Credentials
}

/** What becomes of a file: its whole content, the content it had at a commit, or null when it goes. */
export type NewContent = string | { from: string } | null

export interface NewCommit {
  /** The commit it goes on top of. */
  base: string
  files: Readonly<Record<string, NewContent>>
  message: string
  /** `Name <mail>`, also the committer. */
  author: string
  /** RFC 3339. Given, so that the same change always is the same commit. */
  at: string
}

export interface Git {
  /** The newest commit of the ref, fetched so that it can be read. Throws GitError naming the repository. */
  fetch(remote: Remote, signal: AbortSignal): Promise<Commit>
  /** A commit fetched earlier or reachable on the remote. */
  commit(remote: Remote, revision: string, signal: AbortSignal): Promise<Commit>
  /** Regular files under a folder at a revision; symlinks and submodules are left out. */
  files(remote: Remote, revision: string, folder: string, signal: AbortSignal): Promise<TreeFile[]>
  /** One file's bytes. Throws GitError when absent, a symlink, or larger than `limitBytes`. */
  read(
    remote: Remote,
    revision: string,
    path: string,
    limitBytes: number,
    signal: AbortSignal,
  ): Promise<Uint8Array>
  /** Commits that changed a file or folder (empty: any), newest first, from a revision back; at most `limit`. */
  history(
    remote: Remote,
    revision: string,
    path: string,
    limit: number,
    signal: AbortSignal,
  ): Promise<Commit[]>
  /**
   * Pushes a branch with one commit on top of `base` in which `paths` have their content of `from`
   * (files absent there are removed). Pushing the same branch again with the same content is a no-op.
   * Returns the commit's SHA.
   */
  restore(
    remote: Remote,
    change: { branch: string; base: string; from: string; paths: string[]; message: string; author: string },
    signal: AbortSignal,
  ): Promise<string>
  /**
   * Makes a commit, here and nowhere else until `move` pushes it. Equal changes give equal SHAs, so that it may be made
   * again after a crash. Files keep their mode. A change that changes nothing gives `base`.
   */
  make(remote: Remote, change: NewCommit, signal: AbortSignal): Promise<string>
  /** The commit a branch is at on the remote now; undefined when there is no such branch. */
  head(remote: Remote, branch: string, signal: AbortSignal): Promise<string | undefined>
  /**
   * Moves a branch of the remote from one commit to another, compare-and-set: undefined for no branch, before or after.
   * Objects that the remote lacks are pushed. Moving to where it is already does nothing.
   * @throws GitMoved when the branch is elsewhere, or the remote does not take it (a protected branch)
   */
  move(
    remote: Remote,
    change: { branch: string; from: string | undefined; to: string | undefined },
    signal: AbortSignal,
  ): Promise<void>
  /** Whether a commit is `revision` or an ancestor of it; false when it is unknown on the remote. */
  contains(remote: Remote, revision: string, ancestor: string, signal: AbortSignal): Promise<boolean>
  /** What changed between two commits, as a unified diff of at most `limitBytes`, cut at a line. */
  diff(remote: Remote, from: string, to: string, limitBytes: number, signal: AbortSignal): Promise<string>
}

/** A branch was not where it was thought to be, or the remote refuses to move it: nothing was changed. */
export class GitMoved extends Error {
  override readonly name = 'GitMoved'
}

/** What git said, with credentials removed; `retryable` for network faults. */
export class GitError extends Error {
  override readonly name = 'GitError'
  readonly retryable: boolean
  constructor(message: string, retryable: boolean, options?: ErrorOptions) {
    super(message, options)
    this.retryable = retryable
  }
}
