import type { Fields } from '../intake/fields.ts'
import type { ServiceEdge } from '../signals/signal-store.ts'

export interface BundleTopology {
  services: readonly string[]
  /** Numbers are 0 where nobody counted. */
  calls: readonly ServiceEdge[]
}

const most = 100_000

/** @throws Malformed */
export function topologyOf(fields: Fields): BundleTopology {
  const services = fields.raw('services')
  const calls = fields.list('calls', most).map(call => ({
    from: call.text('from'),
    to: call.text('to'),
    calls: call.optionalNumber('calls') ?? 0,
    errors: call.optionalNumber('errors') ?? 0,
    p50Ms: call.optionalNumber('p50Ms') ?? 0,
    p95Ms: call.optionalNumber('p95Ms') ?? 0,
  }))
  return { services: Array.isArray(services) ? services.slice(0, most).map(String) : [], calls }
}
