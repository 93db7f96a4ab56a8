import { conditionOf, isReady } from '../../api/conditions.ts'
import type { Kind, ObjectMeta } from '../../api/kind.ts'
import { settledFor } from '../../api/source.ts'
import { Waiting } from './reconciler.ts'

type Input = Parameters<typeof settledFor>[1]

/**
 * The object that `user` refers to, once it is settled for the user's own revision.
 * @throws Waiting with the object's own words for what is wrong with it
 */
export function settled<I extends Input>(
  user: { metadata: ObjectMeta },
  kind: Pick<Kind, 'kind'>,
  name: string,
  input: I | undefined,
): I {
  if (input && settledFor(user, input)) return input
  throw new Waiting(`${kind.kind}NotReady`, `${kind.kind} ${name} ${faultOf(input)}`)
}

function faultOf(input: Input | undefined): string {
  if (!input) return 'is missing: add it, or mend the reference'
  const found = conditionOf(input, 'Ready')
  const current = input.status?.observedGeneration === input.metadata.generation
  if (found && current && found.status !== 'True') return `is not ready: ${found.message}`
  return isReady(input) ? 'is of another revision: it follows' : 'is not ready yet'
}
