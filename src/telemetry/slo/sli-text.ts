import type { Slo } from './event-source.ts'

/** What an objective is about, as people say it: `requests of checkout`. */
export function sliText({ requests, calls, score, metrics, latency }: Slo): string {
  if (requests) return `requests of ${requests.service}${operationText(requests)}`
  if (latency)
    return `p${Number((100 * latency.quantile).toPrecision(6))} of ${latency.metric?.metric ?? latency.service}${operationText(latency)}`
  if (score) return `${score.name} of calls of ${score.route.ref}`
  if (metrics) return metrics.total.metric
  const { within, firstTokenWithin } = calls ?? {}
  const limit = within
    ? ` within ${within}`
    : firstTokenWithin
      ? `, first token within ${firstTokenWithin}`
      : ''
  return `calls of ${calls?.route.ref ?? ''}${limit}`
}

const operationText = ({ operation }: { operation?: string | undefined }): string =>
  operation === undefined ? '' : ` ${operation}`
