import { ApiError } from '../api/errors.ts'
import { type RpcEndpoint, remote } from '../lib/rpc.ts'
import type { GatewayControl, GatewayUpstream } from './gateway.ts'

/** Methods of the service `upstream`, which gateways call. */
export const upstreamMethods = [
  'snapshot',
  'applied',
  'report',
  'blob',
] as const satisfies (keyof GatewayUpstream)[]

/** Methods of the service `gateway`, which controllers call that run apart from the control plane. */
export const controlMethods = ['publish', 'answer'] as const satisfies (keyof GatewayControl)[]

/** The control plane as a gateway process sees it. */
export const remoteUpstream = (endpoint: () => Promise<RpcEndpoint>): GatewayUpstream =>
  remote<GatewayUpstream>({
    endpoint,
    service: 'upstream',
    methods: upstreamMethods,
    rebuild: ApiError.fromStatus,
  })
