/** What decides on a number of pods. */
export interface Need {
  /** Cores that all pods use together. */
  load: number
  /** Cores that one pod asks for. */
  request: number
  /** Share of its request that a pod is meant to use. */
  target: number
  current: number
  /** Bounds that must not be passed, inclusive. */
  min: number
  max: number
}

/** Within 10 % of the target nothing is done: `--horizontal-pod-autoscaler-tolerance`. */
const tolerance = 0.1

/**
 * Pods by load as a HorizontalPodAutoscaler reckons: ⌈load ÷ (request × target)⌉, and as they are while utilisation is
 * within 10 % of the target (kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale, "Algorithm details").
 * The bounds always hold; `max` before `min` where they contradict.
 */
export function podsFor({ load, request, target, current, min, max }: Need): number {
  const bounded = (pods: number) => Math.min(max, Math.max(min, pods))
  const each = request * target
  if (!(each > 0)) return bounded(current)
  const ratio = load / (current * each)
  if (Math.abs(ratio - 1) <= tolerance) return bounded(current)
  return bounded(Math.max(1, Math.ceil(load / each - 1e-9)))
}
