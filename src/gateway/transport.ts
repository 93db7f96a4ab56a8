import { ApiError } from '../api/errors.ts'
import { type RpcEndpoint, remote } from '../lib/rpc.ts'
import type { GatewayControl, GatewayUpstream } from './gateway.ts'

/** Methods of the service `gateway-upstream`, for gateways. */
export const upstreamMethods = [
  'snapshot',
  'applied',
  'report',
  'blob',
] as const satisfies (keyof GatewayUpstream)[]

/** Methods of the service `gateway-control`, for controllers that run apart from the control plane. */
export const controlMethods = ['publish', 'answer'] as const satisfies (keyof GatewayControl)[]

type Endpoint = RpcEndpoint | (() => RpcEndpoint | Promise<RpcEndpoint>)

/** The control plane as a gateway process sees it. */
export const remoteUpstream = (endpoint: Endpoint): GatewayUpstream =>
  remote<GatewayUpstream>({
    endpoint,
    service: 'gateway-upstream',
    methods: upstreamMethods,
    rebuild: ApiError.fromStatus,
  })

/** The gateways as controllers of another process see them. */
export const remoteControl = (endpoint: Endpoint): GatewayControl =>
  remote<GatewayControl>({
    endpoint,
    service: 'gateway-control',
    methods: controlMethods,
    rebuild: ApiError.fromStatus,
  })
