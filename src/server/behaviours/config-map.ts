import type { Behaviour } from './behaviour.ts'
import { immutableCauses } from './immutable.ts'

export const configMap: Behaviour = {
  refuse: (next, previous) => immutableCauses(next, previous, ['data', 'binaryData']),
}
