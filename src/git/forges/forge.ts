/**
 * Pull requests of the place that hosts a repository (GitHub, GitLab). Everything that comes from there is untrusted.
 * Each method may be called again after a crash: opening what is open, merging what is merged and closing what is
 * closed change nothing. Implementations pass `forge.contract.ts`.
 */
export interface Forge {
  name: 'github' | 'gitlab'
  /** Opens a pull request of a branch, or gives the one that is open and brings its title and text in line. */
  open(request: NewPullRequest, signal: AbortSignal): Promise<PullRequest>
  /** The newest pull request of a branch into a ref, whatever its state. */
  find(branch: string, into: string, signal: AbortSignal): Promise<PullRequest | undefined>
  /** The last word of each reviewer, sorted by login. */
  reviews(number: number, signal: AbortSignal): Promise<Review[]>
  /**
   * Merges it, if its branch still is at `head`.
   * @throws ForgeError when it may not be merged (yet): required checks, rules of the branch, conflicts, a moved head
   */
  merge(number: number, wanted: { head: string; title: string }, signal: AbortSignal): Promise<PullRequest>
  /** Closes it unmerged and says why. */
  close(number: number, why: string, signal: AbortSignal): Promise<void>
}

export interface NewPullRequest {
  branch: string
  into: string
  title: string
  /** Markdown. */
  body: string
}

export interface PullRequest {
  number: number
  url: string
  state: 'open' | 'merged' | 'closed'
  /** The commit that its branch is at. */
  head: string
  /** The commit that brought it to the ref it was merged into; absent when the forge does not say. */
  mergedAs?: string
}

export interface Review {
  /** Login of the reviewer, as the forge spells it. */
  login: string
  verdict: 'approved' | 'changes-wanted'
  /** RFC 3339; absent when the forge does not say. */
  at?: string
  /** The commit that was looked at; absent when the forge does not say. */
  head?: string
}

/** Where a forge is and who calls it. */
export interface ForgeAccess {
  /** Base of the API without a slash at its end, such as `https://api.github.com`. */
  api: string
  /** `owner/name`; on GitLab groups may be nested. */
  project: string
  token: string
}

/** The function that calls, as the platform has it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** What the forge said; `retryable` for faults of network and server, and when it asks to come back later. */
export class ForgeError extends Error {
  override readonly name = 'ForgeError'
  readonly retryable: boolean
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  constructor(message: string, status: number, retryable: boolean, options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.retryable = retryable
  }
}
