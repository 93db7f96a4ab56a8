import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cluster } from './cluster.ts'

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * The cluster that this process runs in as a pod, from what Kubernetes gives each pod; undefined outside of a cluster.
 * (client-go's rest.InClusterConfig.)
 */
export function clusterOfPod(
  environment: Readonly<Record<string, string | undefined>>,
  folder = FOLDER,
): Cluster | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment
  if (!host || !port) return undefined
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca: readFileSync(join(folder, 'ca.crt'), 'utf8'),
    credentials: { type: 'token-file', file: join(folder, 'token') },
    namespace: readFileSync(join(folder, 'namespace'), 'utf8').trim(),
  }
}
