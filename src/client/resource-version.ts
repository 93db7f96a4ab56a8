/**
 * Whether version `a` is later than `b`. Resource versions are decimal integers in one order per resource
 * (KEP-5504); of versions in another form each different one counts as later, since nothing can be said.
 */
export function isLater(a: string, b: string): boolean {
  if (!decimal.test(a) || !decimal.test(b)) return a !== b
  return a.length === b.length ? a > b : a.length > b.length
}

const decimal = /^(0|[1-9][0-9]*)$/
