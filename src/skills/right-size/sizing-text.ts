import { cpuText, memoryText } from '../drafts/quantity.ts'
import { count, percentText, rounded } from '../drafts/words.ts'
import { headroom, isKnown, passingShare, peakOf, shareAbove } from './sizes.ts'
import { changesOf, consistent, type Sizing } from './sizing.ts'

export const titleOf = (sizing: Sizing): string => {
  const { name } = sizing.declared.reference
  const parts = consistent(changesOf(sizing), sizing).map(
    ({ words, text, after }) => `${words} ${text(after)}`,
  )
  return `Size ${name}: ${parts.join(', ')}`
}

export const changeText = (sizing: Sizing): string =>
  `${consistent(changesOf(sizing), sizing)
    .map(
      ({ words, text, before, after }) =>
        `${words} ${before === undefined ? 'unset' : text(before)} → ${text(after)}`,
    )
    .join(', ')}.`

export function basisText({ usage, kills, now, container }: Sizing): string {
  const peak = peakOf(usage.memory)
  const killed =
    kills.count === 0
      ? []
      : [
          `it was killed for memory ${count(kills.count, 'time')} (${kills.source})${now.memoryLimit === undefined ? '' : ` at its limit of ${memoryText(now.memoryLimit)}`}`,
        ]
  const used =
    usage.cpu.length + usage.memory.length === 0
      ? ['no usage was measured']
      : [
          `${rounded(usage.days)} days of ${count(usage.pods, 'pod')}`,
          ...(usage.memory.length > 0 ? [`memory up to ${memoryText(peak)}`] : []),
          ...(usage.cpu.length > 0 ? [`CPU up to ${cpuText(peakOf(usage.cpu))}`] : []),
          ...(usage.throttled === undefined
            ? []
            : [`throttled in ${percentText(usage.throttled)} of periods`]),
        ]
  return `Container ${container.name}: ${[...used, ...killed].join(', ')}.`
}

export function risksOf({ usage, sizes, now, kills }: Sizing): string[] {
  const risks: string[] = []
  if (sizes.memoryLimit !== undefined && isKnown(usage.memory, usage))
    risks.push(
      `OOM: on ${rounded(usage.days)} days of data at most one day in ${Math.round(1 / passingShare(usage.days))} has a higher peak than any seen, if days are alike; ${percentText(headroom - 1)} of headroom lie above that.`,
    )
  else if (kills.count > 0)
    risks.push(
      'OOM: how much it needs above its limit is not known, since it was killed there; the raise may have to be repeated.',
    )
  else if (usage.memory.length > 0) risks.push('OOM: it has no memory limit of its own, so the node decides.')
  if (sizes.cpuRequest !== undefined && isKnown(usage.cpu, usage)) {
    const above = shareAbove(usage.cpu, sizes.cpuRequest)
    const limit =
      sizes.cpuLimit === undefined
        ? 'it has no CPU limit, so it is slowed only where its node is full'
        : `it is above its limit in ${percentText(shareAbove(usage.cpu, sizes.cpuLimit))}`
    risks.push(
      `Throttling: ${percentText(above)} of five-minute samples are above the CPU request; ${limit}.`,
    )
  }
  if (
    (sizes.memoryRequest ?? 0) > (now.memoryRequest ?? 0) ||
    (sizes.cpuRequest ?? 0) > (now.cpuRequest ?? 0)
  )
    risks.push('Larger requests may not fit on a node or into a ResourceQuota.')
  risks.push('All its pods are replaced.')
  return risks
}

export const evidenceOf = ({ usage, kills }: Sizing) => [
  ...usage.metrics.map(metric => ({
    source: metric,
    detail: `${count(usage.cpu.length, 'sample')} of CPU and ${usage.memory.length} of memory over ${rounded(usage.days)} days`,
  })),
  ...(kills.count > 0
    ? [{ source: kills.source, detail: `killed for memory ${count(kills.count, 'time')}` }]
    : []),
]
