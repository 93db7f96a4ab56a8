import type { Container, Probe } from '../cluster/pod.ts'
import { plain, quoted } from './wording.ts'

export const probeKinds = ['liveness', 'readiness', 'startup'] as const
export type ProbeKind = (typeof probeKinds)[number]

export const probesOf = (container: Container): { kind: ProbeKind; probe: Probe }[] =>
  probeKinds.flatMap(kind => {
    const probe = container[`${kind}Probe`]
    return probe ? [{ kind, probe }] : []
  })

export const portOf = ({ httpGet, tcpSocket, grpc }: Probe): number | string | undefined =>
  httpGet?.port ?? tcpSocket?.port ?? grpc?.port

/** Where in the container the port of a probe stands. */
export const portPath = ({ httpGet, tcpSocket }: Probe): string =>
  `${httpGet ? 'httpGet' : tcpSocket ? 'tcpSocket' : 'grpc'}/port`

/** `HTTP GET /ready on port 8080`. */
export function probeText({ httpGet, tcpSocket, grpc, exec }: Probe): string {
  if (httpGet)
    return `${httpGet.scheme ?? 'HTTP'} GET ${plain(httpGet.path ?? '/')} on port ${httpGet.port ?? ''}`
  if (tcpSocket) return `TCP port ${tcpSocket.port ?? ''}`
  if (grpc) return `gRPC on port ${grpc.port ?? ''}`
  return exec ? `command ${quoted(exec.command.join(' '))}` : 'a probe without a handler'
}

/** Seconds from the start of a container until the probe has failed often enough. */
export const patience = ({
  initialDelaySeconds = 0,
  periodSeconds = 10,
  failureThreshold = 3,
}: Probe): number => initialDelaySeconds + periodSeconds * failureThreshold

/** What happens when it fails. */
export const effectOf = (kind: ProbeKind): string =>
  kind === 'readiness'
    ? 'The pod never becomes ready and its Services send it no traffic'
    : 'The kubelet kills and restarts the container again and again (CrashLoopBackOff)'
