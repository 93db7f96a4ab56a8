import type { Container, Probe } from '../cluster/pod.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { imageName, knownImage, runsAsBuilt } from './images.ts'
import { effectOf, type ProbeKind, patience, probesOf, probeText } from './probes.ts'
import { replaced, templateRemedy } from './remedies.ts'
import { scriptOf } from './shell.ts'
import { eachContainer, type Workload } from './view.ts'
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
    ...['probe-command-fails', 'probe-path', 'probe-too-early', 'probe-timeout-over-period'],
    'probe-without-handler',
  ],
  *look(view) {
    for (const { workload, container, path, init } of eachContainer(view)) {
      if (init) continue
      for (const { kind, probe } of probesOf(container)) {
        const one: Declared = { workload, container, kind, probe, at: `${path}/${kind}Probe` }
        for (const found of [
          commandFault(one),
          pathFault(one),
          tooEarly(one),
          impatient(one),
          withoutHandler(one),
        ])
          if (found)
            yield {
              ...{ object: workload, class: 'probe', observed: false, explains: workload.pods },
              evidence: [fieldOf(workload.object, one.at, probeText(probe))],
              ...found,
            }
      }
    }
  },
}

interface Declared {
  workload: Workload
  container: Container
  kind: ProbeKind
  probe: Probe
  /** JSON Pointer of the probe. */
  at: string
}
type Found = Pick<Suspicion, 'rule' | 'strength' | 'statement' | 'remedy'>

const of = ({ workload, kind, container }: Declared): string =>
  `${called(workload)}: the ${kind} probe (${kind}Probe) of ${containerCalled(container.name)}`

function commandFault(one: Declared): Found | undefined {
  const { probe, container, workload, kind } = one
  const failing = probe.exec && commandFails(probe.exec.command, container, workload)
  return (
    failing && {
      rule: 'probe-command-fails',
      strength: failing.sure ? strengths.broken : strengths.likely,
      statement: sentences(
        `${of(one)} runs ${quoted(probe.exec?.command.join(' ') ?? '')}, which fails every time: ${failing.text}`,
        effectOf(kind),
      ),
    }
  )
}

function pathFault(one: Declared): Found | undefined {
  const { probe, container, workload, kind, at } = one
  const served = runsAsBuilt(container) ? knownImage(container)?.paths : undefined
  const route = probe.httpGet?.path ?? '/'
  const own = container.volumeMounts.some(({ mountPath = '' }) =>
    /nginx|html|htdocs|httpd|apache|www|conf/.test(mountPath),
  )
  if (!probe.httpGet || !served || served.includes(route.split('?')[0] ?? '') || own) return undefined
  return {
    rule: 'probe-path',
    strength: strengths.likely,
    statement: sentences(
      `${of(one)} asks path ${quoted(route)} on port ${probe.httpGet.port ?? ''}, which image ${quoted(container.image ?? '')} does not serve without configuration (404 not found), so the probe fails`,
      effectOf(kind),
    ),
    ...templateRemedy(
      'tune-probe',
      workload,
      replaced(`${at}/httpGet/path`, probe.httpGet.path, served[0]),
      `Let the ${kind} probe ask ${served[0]}, which the image serves.`,
    ),
  }
}

function tooEarly(one: Declared): Found | undefined {
  const { probe, container, kind } = one
  if (kind !== 'liveness' || container.startupProbe) return undefined
  const sleeps = sleepBefore(scriptOf(container)?.text ?? '')
  const slow = slowStart.test(imageName(container.image ?? '')?.repository ?? '')
  const byScript = sleeps > patience(probe)
  if (!byScript && !(slow && patience(probe) < 30)) return undefined
  const timing = `initialDelaySeconds ${probe.initialDelaySeconds ?? 0}, periodSeconds ${probe.periodSeconds ?? 10}, failureThreshold ${probe.failureThreshold ?? 3}`
  return {
    rule: 'probe-too-early',
    strength: byScript ? strengths.likely : strengths.possible,
    statement: sentences(
      `${of(one)} gives up ${patience(probe)} s after the start (${timing}), ${byScript ? `but the container takes ${sleeps} s until it serves` : `which is too early for image ${quoted(container.image ?? '')}, and there is no startup probe`}`,
      effectOf(kind),
    ),
  }
}

function impatient(one: Declared): Found | undefined {
  const { timeoutSeconds = 1, periodSeconds = 10 } = one.probe
  if (timeoutSeconds <= periodSeconds) return undefined
  return {
    rule: 'probe-timeout-over-period',
    strength: strengths.hint,
    statement: sentences(
      `${of(one)} has a timeout of ${timeoutSeconds} s that is longer than its period of ${periodSeconds} s`,
    ),
  }
}

function withoutHandler(one: Declared): Found | undefined {
  const { httpGet, tcpSocket, grpc, exec } = one.probe
  if (httpGet || tcpSocket || grpc || exec || !one.workload.declared || one.workload.object.live)
    return undefined
  return {
    rule: 'probe-without-handler',
    strength: strengths.possible,
    statement: sentences(
      `${of(one)} says neither httpGet, tcpSocket, grpc nor exec, so the API server refuses it`,
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
  const isKnown =
    scriptOf(container) !== undefined ||
    (runsAsBuilt(container) && knownImage(container) && /^\/(tmp|var\/tmp|run)\//.test(file))
  return !makes && !mounted && !system && isKnown && workload.declared
    ? { text: `nothing makes file ${quoted(file)} (it does not exist)`, sure: false }
    : undefined
}
