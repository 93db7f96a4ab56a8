import type { Finding } from '../../channel.ts'
import type { Rejected } from '../../diagnosis.ts'
import type { RouteCalls } from '../route-calls.ts'

/** One way in which calls of a route get worse, and what is to blame for it then. */
export interface CallCause {
  name: string
  /** @param routes all of the case, the route among them */
  look(route: RouteCalls, routes: readonly RouteCalls[]): { findings: Finding[]; rejected?: Rejected[] }
}

export const none = { findings: [] }
