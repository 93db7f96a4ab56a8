export const FOLDS = 5

/** The fold of a group, the same on every machine; `salt` gives an independent division. */
export function foldOf(group: string, salt: string): number {
  let hash = 0x811c9dc5
  for (const character of salt + group) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  return (hash >>> 0) % FOLDS
}
