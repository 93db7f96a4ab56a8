import type { Container, Probe } from '../cluster/pod.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { imageName, knownImage, runsAsBuilt } from './images.ts'
import { effectOf, type ProbeKind, patience, probesOf, probeText } from './probes.ts'
import { replaced, templateRemedy } from './remedies.ts'
import { scriptOf } from './shell.ts'
import { containersOf, type Workload } from './view.ts'
import { called, containerCalled, fieldOf, quoted, sentences } from './wording.ts'

/** Images of runtimes that take long until they serve. */
const slowStart =
  /(^|[/-])(elasticsearch|kafka|cassandra|keycloak|sonarqube|jenkins|neo4j|oracle|wildfly|weblogic)([:/-]|$)/

/** A probe that fails whatever the container does, or gives it no time. */
export const probeDeclared: Analyzer = {
  name: 'probe-declared',
  finds:
    'A probe whose command always fails, whose path the image does not serve, or which gives up before the container is up.',
  unless: 'A startup probe waits, content or configuration is mounted, or the pods run well.',
  rules: [
    'probe-command-fails',
    'probe-path',
    'probe-too-early',
    'probe-timeout-over-period',
    'probe-without-handler',
  ],
  *look(view) {
    for (const workload of view.workloads)
      for (const { container, path, init } of containersOf(workload))
        if (!init)
          for (const { kind, probe } of probesOf(container))
            yield* faults(workload, container, path, kind, probe)
  },
}

function* faults(
  workload: Workload,
  container: Container,
  path: string,
  kind: ProbeKind,
  probe: Probe,
): Generator<Suspicion> {
  const at = `${path}/${kind}Probe`
  const of = `${called(workload)}: the ${kind} probe (${kind}Probe) of ${containerCalled(container.name)}`
  const common = {
    object: workload,
    class: 'probe' as const,
    observed: false,
    explains: workload.pods,
    evidence: [fieldOf(workload.object, at, probeText(probe))],
  }
  const failing = probe.exec && commandFails(probe.exec.command, container, workload)
  if (failing)
    yield {
      ...common,
      rule: 'probe-command-fails',
      strength: failing.sure ? strengths.broken : strengths.likely,
      statement: sentences(
        `${of} runs ${quoted(probe.exec?.command.join(' ') ?? '')}, which fails every time: ${failing.text}`,
        effectOf(kind),
      ),
    }
  const image = runsAsBuilt(container) ? knownImage(container) : undefined
  const route = probe.httpGet?.path ?? '/'
  const files = container.volumeMounts.some(({ mountPath = '' }) =>
    /nginx|html|htdocs|httpd|apache|www|conf/.test(mountPath),
  )
  if (probe.httpGet && image?.paths && !image.paths.includes(route.split('?')[0] ?? '') && !files)
    yield {
      ...{ ...common, rule: 'probe-path', strength: strengths.likely },
      statement: sentences(
        `${of} asks path ${quoted(route)} on port ${probe.httpGet.port ?? ''}, which image ${quoted(container.image ?? '')} does not serve without configuration (404 not found), so the probe fails`,
        effectOf(kind),
      ),
      ...templateRemedy(
        'tune-probe',
        workload,
        replaced(`${at}/httpGet/path`, probe.httpGet.path, image.paths[0]),
        `Let the ${kind} probe ask ${image.paths[0]}, which the image serves.`,
      ),
    }
  const script = scriptOf(container)?.text ?? ''
  const sleeps = sleepBefore(script)
  if (kind === 'liveness' && !container.startupProbe && sleeps > patience(probe))
    yield {
      ...{ ...common, rule: 'probe-too-early', strength: strengths.likely },
      statement: sentences(
        `${of} gives up ${patience(probe)} s after the start (initialDelaySeconds ${probe.initialDelaySeconds ?? 0}, periodSeconds ${probe.periodSeconds ?? 10}, failureThreshold ${probe.failureThreshold ?? 3}), but the container takes ${sleeps} s until it serves`,
        effectOf(kind),
      ),
    }
  else if (
    kind === 'liveness' &&
    !container.startupProbe &&
    patience(probe) < 30 &&
    slowStart.test(imageName(container.image ?? '')?.repository ?? '')
  )
    yield {
      ...{ ...common, rule: 'probe-too-early', strength: strengths.possible },
      statement: sentences(
        `${of} gives up ${patience(probe)} s after the start (initialDelaySeconds ${probe.initialDelaySeconds ?? 0}), which is too early for image ${quoted(container.image ?? '')}, and there is no startup probe`,
        effectOf(kind),
      ),
    }
  if ((probe.timeoutSeconds ?? 1) > (probe.periodSeconds ?? 10))
    yield {
      ...common,
      rule: 'probe-timeout-over-period',
      strength: strengths.hint,
      statement: sentences(
        `${of} has a timeout of ${probe.timeoutSeconds} s that is longer than its period of ${probe.periodSeconds ?? 10} s`,
      ),
    }
  if (!probe.httpGet && !probe.tcpSocket && !probe.grpc && !probe.exec && workload.declared)
    yield {
      ...common,
      rule: 'probe-without-handler',
      strength: strengths.possible,
      statement: sentences(
        `${of} says neither httpGet, tcpSocket, grpc nor exec, so the API server refuses it`,
      ),
    }
}

/** Seconds that a script sleeps before anything else of substance. */
function sleepBefore(script: string): number {
  const [, seconds, unit = 's'] =
    /^(?:\s*(?:echo|set|export)\b[^\n;]*[\n;])*\s*sleep\s+(\d{1,6})([smh]?)\s*(?:[;&\n]\s*\S)/.exec(
      script.slice(0, 2_000),
    ) ?? []
  const factor = unit === 'm' ? 60 : unit === 'h' ? 3600 : 1
  return seconds === undefined ? 0 : Number(seconds) * factor
}

function commandFails(
  command: readonly string[],
  container: Container,
  workload: Workload,
): { text: string; sure: boolean } | undefined {
  const text = scriptOf({ command: [...command], args: [] })?.text ?? command.join(' ')
  if (/^\s*(\/bin\/)?false\s*$/.test(text)) return { text: 'the command is false', sure: true }
  const [, code] = /^\s*(?:[^;&|]{0,200};\s*)?exit\s+(\d{1,3})\s*$/.exec(text) ?? []
  if (code !== undefined && Number(code) !== 0) return { text: `it exits with code ${code}`, sure: true }
  const [, file] =
    /^\s*(?:cat|ls|test\s+-[ef]|\[\s+-[ef]|stat)\s+(\/[\w./-]{1,200})\s*\]?\s*$/.exec(text) ?? []
  if (file === undefined) return undefined
  const mounted = container.volumeMounts.some(
    ({ mountPath = '' }) => mountPath !== '' && `${file}/`.startsWith(`${mountPath.replace(/\/$/, '')}/`),
  )
  const script = [...(container.command ?? []), ...(container.args ?? [])].join('\n')
  const makes = new RegExp(
    `(touch|>>?|tee|cp\\b.{0,100}|mv\\b.{0,100}|mkdir -p|mkdir)\\s*"?${file.replace(/[^\w/-]/g, '\\$&')}`,
  ).test(script)
  const removes = new RegExp(`rm\\s+(-\\w+\\s+)?"?${file.replace(/[^\w/-]/g, '\\$&')}`).test(script)
  if (removes && makes)
    return { text: `the container removes ${quoted(file)} itself, after which it fails`, sure: false }
  // What an image without a script holds is not known.
  const system = /^\/(etc|bin|usr|proc|dev|sys|lib)\//.test(file)
  return !makes && !mounted && !system && script !== '' && scriptOf(container) && workload.declared
    ? { text: `nothing makes file ${quoted(file)} (it does not exist)`, sure: false }
    : undefined
}
