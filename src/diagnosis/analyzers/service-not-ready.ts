import { type Analyzer, strengths } from './analyzer.ts'
import { seenOf } from './seen.ts'
import { behind, endpointsOf } from './services.ts'
import { healthOf } from './view.ts'
import { called, plain, plural, sentences } from './wording.ts'

/** A Service whose pods are there but take no traffic. */
export const serviceNotReady: Analyzer = {
  name: 'service-not-ready',
  finds:
    'A Service has no ready endpoint although pods match, or its workload is scaled to 0, or Events warn of it.',
  unless: 'Some endpoint is ready, or it publishes addresses that are not ready.',
  rules: ['service-endpoints-not-ready', 'service-of-nothing-running', 'service-warning'],
  *look(view) {
    for (const service of view.cluster.all('Service')) {
      const workloads = behind(view, service)
      const endpoints = endpointsOf(view, service)
      const stopped = workloads.filter(({ replicas }) => replicas === 0)
      if (workloads.length > 0 && stopped.length === workloads.length)
        yield {
          rule: 'service-of-nothing-running',
          object: workloads[0] ?? service,
          class: 'scaling',
          statement: sentences(
            `${workloads.map(called).slice(0, 3).join(' and ')} ${workloads.length > 1 ? 'are' : 'is'} scaled to 0 replicas, so ${called(service)} has no endpoints`,
          ),
          strength: strengths.possible,
          observed: false,
          outside: true,
          evidence: [
            { source: service.file, detail: `${called(service)} selects workloads with 0 replicas only` },
          ],
          explains: [service],
        }
      else if (
        endpoints &&
        endpoints.ready === 0 &&
        endpoints.notReady > 0 &&
        !service.spec?.publishNotReadyAddresses
      ) {
        const seen = workloads.map(workload => seenOf(view, workload)).find(Boolean)
        yield {
          rule: 'service-endpoints-not-ready',
          object: workloads[0] ?? service,
          class: 'absence',
          statement: sentences(
            `${called(service)} has no ready endpoints: ${plural(endpoints.notReady, 'pod')} behind it ${endpoints.notReady === 1 ? 'is' : 'are'} not ready`,
            seen?.text,
          ),
          strength: strengths.likely,
          observed: true,
          symptom: true,
          evidence: [
            {
              source: endpoints.file,
              detail: `Endpoints of ${called(service)}: ${endpoints.notReady} not ready, none ready`,
            },
          ],
          explains: [service],
        }
      }
      const [warning] = view.cluster.events(service).filter(event => event.warning)
      if (warning && !workloads.some(workload => healthOf(workload) === 'healthy'))
        yield {
          rule: 'service-warning',
          object: service,
          class: 'network',
          statement: sentences(
            `${called(service)} reports ${plain(warning.reason)}: ${plain(warning.message, 250)}`,
          ),
          strength: strengths.possible,
          observed: true,
          symptom: true,
          evidence: [
            {
              source: warning.file,
              detail: `${warning.about} ${warning.reason}: ${plain(warning.message, 300)}`,
            },
          ],
        }
    }
  },
}
