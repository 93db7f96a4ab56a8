/** `2026-11-21 03:00:08`, in UTC. */
export const moment = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

/** A time, or the times from the first to the last; of one day the day once. */
export function times(from: number, to: number): string {
  const [first, last] = [moment(from), moment(to)]
  if (first === last) return `at ${first}`
  return `from ${first} to ${first.slice(0, 10) === last.slice(0, 10) ? last.slice(11) : last}`
}
