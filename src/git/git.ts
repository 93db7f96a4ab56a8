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
