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
    ? `Compare ${forA} of ${short(a)} and ${short(b)} around the onset: the one that moved first is the cause.`
    : `If it is ${short(a)}, its ${forA} moved first; if it is ${short(b)}, its ${forB} did.`
}

const short = ({ cause }: Hypothesis): string =>
  cause.kind === 'change' && /^[0-9a-f]{40}$/.test(cause.name) ? cause.name.slice(0, 12) : cause.name

const checks: Partial<Record<FaultClass, string>> = {
  cpu: 'CPU and throttling',
  memory: 'memory and restarts',
  disk: 'disk use and waiting',
  latency: 'own time without callees',
  error: 'own failing spans',
  traffic: 'incoming requests',
  crash: 'exit codes and last log lines',
  network: 'connections to its callees',
  dns: 'name resolution',
  node: 'node conditions',
  config: 'settings in effect',
  code: 'new code paths',
  provider: 'latency and errors for the same request from elsewhere',
  quality: 'scores on the same inputs with the release before',
}

const checkOf = (hypothesis: Hypothesis): string => checks[hypothesis.class] ?? 'events'
