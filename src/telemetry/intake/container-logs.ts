import type { Resource } from '../signals/signal.ts'
import { type TailSettings, tailFiles } from './log-tail.ts'
import { resourceOf } from './resource.ts'
import type { Source } from './source.ts'

export interface ContainerLogSettings extends Omit<TailSettings, 'paths'> {
  /** The kubelet's folder of this node when absent. */
  paths?: readonly string[]
}

const KUBELET = ['/var/log/pods/*/*/*.log']

/** Logs of the containers of a node, as container runtimes write them (CRI and Docker's json-file). */
export const containerLogs: Source<ContainerLogSettings> = {
  type: 'container-logs',
  summary: 'Logs of containers on this node, by pod',
  open: (settings, context) =>
    tailFiles(
      { ...settings, paths: settings.paths ?? KUBELET },
      { container: true, resourceOf: containerOf },
      context,
    ),
}

/** `…/pods/<namespace>_<pod>_<uid>/<container>/<n>.log` and `…/containers/<pod>_<namespace>_<container>-<id>.log`. */
export function containerOf(path: string): Resource {
  const inPod = /([^/_]{1,253})_([^/_]{1,253})_[^/_]{1,64}\/([^/]{1,253})\/[^/]{1,253}$/.exec(path)
  const link = /([^/_]{1,253})_([^/_]{1,253})_([^/_]{1,253})-[0-9a-f]{64}\.log$/.exec(path)
  const [namespace, pod, container] = inPod ? inPod.slice(1) : [link?.[2], link?.[1], link?.[3]]
  // Docker's own files know the container's id alone.
  const id = /\/([0-9a-f]{12})[0-9a-f]{52}-json\.log$/.exec(path)?.[1]
  return resourceOf({
    'k8s.namespace.name': namespace ?? '',
    'k8s.pod.name': pod ?? '',
    'k8s.container.name': container ?? '',
    ...(id !== undefined && { 'service.instance.id': id }),
  })
}
