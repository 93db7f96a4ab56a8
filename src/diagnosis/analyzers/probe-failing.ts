import { type Analyzer, strengths } from './analyzer.ts'
import { effectOf, patience, probeKinds, probesOf, probeText } from './probes.ts'
import { endsIn, healthOf, isWell, warningsOf } from './view.ts'
import { called, containerCalled, plain, plural, sentences } from './wording.ts'

/** The kubelet says that a probe fails. */
export const probeFailing: Analyzer = {
  name: 'probe-failing',
  finds: 'Events say that a probe of a container fails, and the pod is not ready or is restarted.',
  unless: 'The pod is ready now, or its container ends by itself first.',
  rules: ['probe-fails'],
  *look(view) {
    for (const workload of view.workloads) {
      if (healthOf(workload) === 'healthy') continue
      const told = new Set<string>()
      for (const event of warningsOf(view, workload)) {
        const [, kindWord = '', text = ''] =
          /^(Liveness|Readiness|Startup) probe (?:failed|errored)(?::? (.{0,1000}))?/s.exec(event.message) ??
          []
        const kind = probeKinds.find(one => one === kindWord.toLowerCase())
        const pod = workload.pods.find(({ name }) => name === event.name)
        if (!kind || told.has(kind) || (pod && isWell(pod) && event.count < 5)) continue
        told.add(kind)
        const containers = workload.spec.containers.filter(
          one => event.container === undefined || one.name === event.container,
        )
        const found = containers.flatMap(container =>
          probesOf(container).flatMap(one => (one.kind === kind ? [{ container, probe: one.probe }] : [])),
        )[0]
        const ended =
          pod &&
          endsIn(pod).find(
            ({ init, end }) =>
              !init && (end.exitCode ?? 0) !== 0 && end.exitCode !== 137 && end.exitCode !== 143,
          )
        const why = meaning(text)
        yield {
          rule: 'probe-fails',
          object: workload,
          class: 'probe',
          statement: sentences(
            `${called(workload)}: the ${kind} probe${found ? ` of ${containerCalled(found.container.name)} (${probeText(found.probe)})` : ''} fails: ${plain(text || event.message, 140)}`,
            why,
            `${effectOf(kind)}${found && kind !== 'readiness' ? `; it gives up after ${patience(found.probe)} s` : ''}`,
          ),
          strength: ended ? strengths.possible : strengths.told - 0.07,
          observed: true,
          symptom: ended !== undefined,
          evidence: [
            {
              source: event.file,
              detail: `${event.about} ${event.reason} (${plural(event.count, 'time')}): ${plain(event.message, 300)}`,
            },
          ],
          ...(ended && {
            against: [
              {
                source: ended.pod.file,
                detail: `container ${ended.container} ended by itself with exit code ${ended.end.exitCode}`,
              },
            ],
          }),
          explains: workload.pods,
        }
      }
    }
  },
}

function meaning(text: string): string | undefined {
  const [, code] = /statuscode: (\d{3})/.exec(text) ?? []
  if (code === '404') return 'The container answers and does not know the path of the probe (404 not found)'
  if (code === '401' || code === '403') return `The path of the probe needs a login (${code})`
  if (code !== undefined)
    return `The container answers with ${code}: it runs, and says itself that it is not well`
  if (/connection refused/.test(text))
    return 'Nothing listens on the port of the probe (connection refused): the port is wrong, or the container is not up yet'
  if (/context deadline exceeded|Client\.Timeout|timed? ?out/i.test(text))
    return 'The container does not answer within the timeout of the probe'
  if (/no such file|not found|cannot access|can't open/i.test(text))
    return 'The command of the probe needs a file or program that is not there'
  return undefined
}
