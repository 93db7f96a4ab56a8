/** Values after an event in which only something clearly stronger is told again. */
const LENGTH = 100
/** How much stronger, in surprise. */
const MARGIN = 1.5
/** Weaker events are not worth being quiet for. */
const LEAST = 1.5

/** One disturbance is one event: what was told last, and how many values ago. */
export interface Quiet {
  height: number
  ago: number
}

export const quiet = (): Quiet => ({ height: 0, ago: LENGTH })

/** What remains of a surprise beside what was told already. */
export function news(quiet: Quiet, surprise: number): number {
  if (quiet.ago < LENGTH) {
    quiet.ago++
    if (surprise <= quiet.height + MARGIN) return 0
  }
  if (surprise > LEAST) {
    quiet.height = surprise
    quiet.ago = 1
  }
  return surprise
}
