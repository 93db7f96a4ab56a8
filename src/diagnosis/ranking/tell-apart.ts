import type { FaultClass, Hypothesis } from '../diagnosis.ts'

/** Hypotheses nearer to each other than this are not decided by what is known. */
const near = 0.15

/** What would decide between two hypotheses that are close; undefined when they are not. */
export function tellApart(a: Hypothesis, b: Hypothesis): string | undefined {
  if (a.confidence - b.confidence > near) return undefined
  if (a.cause.kind === 'change' && b.cause.kind === 'change')
    return `Revert ${short(a)} alone: if the symptoms stay, it is more likely ${short(b)}.`
  const [forA, forB] = [checkOf(a), checkOf(b)]
  return forA === forB
    ? `Look at ${forA} of both at the onset: the one that moved first is the cause.`
    : `If it is ${short(a)}, ${forA} moved first; if it is ${short(b)}, ${forB} did.`
}

const short = ({ cause }: Hypothesis): string =>
  cause.kind === 'change' && /^[0-9a-f]{40}$/.test(cause.name) ? cause.name.slice(0, 12) : cause.name

const checks: Partial<Record<FaultClass, string>> = {
  cpu: 'its CPU and throttling',
  memory: 'its memory and restarts',
  disk: 'its disk use and waiting',
  latency: 'its own time without its callees',
  error: 'its own failing spans',
  traffic: 'the requests that reach it',
  crash: 'its exit codes and last log lines',
  network: 'connections between it and its callees',
  dns: 'name resolution in its pods',
  node: 'the conditions of its node',
  provider: 'latency and errors of the provider for the same request from elsewhere',
  quality: 'scores of the release before on the same inputs',
}

const checkOf = (hypothesis: Hypothesis): string => checks[hypothesis.class] ?? 'the objects it names'
