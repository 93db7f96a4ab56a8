/** What `examples/support-desk/prepare.ts` gives the demo. */
export interface Change {
  title: string
  author: string
  /** The routes whose outcome this commit is about. */
  routes: readonly string[]
  outcome: Outcome
  /** Changes the work tree of the repository. */
  apply(repository: string): Promise<void>
}

export type Outcome = 'live' | 'promoted' | 'rejected' | 'rolled-back'

export interface LiveInput {
  input: string
  label: string
}

/** Inputs that users send, by route; no gate and no training set holds any of them. */
export interface Traffic {
  route: string
  rows: readonly LiveInput[]
  /** Field of a JSON answer that the label is about; the whole answer without it. */
  field?: string
  /** Sessions per second. */
  rate: number
}

export interface Story {
  /** Sizes of the parts, as a line for people. */
  sizes: string
  changes: readonly Change[]
  traffic: readonly Traffic[]
}
