import type { RouteRelease } from '../api/kinds/route-release.ts'

/** Where a release stands, in one line. */
export function describeRelease({ metadata, status }: RouteRelease): string {
  const { phase = 'Pending', verdict, gates, evidence, units = 0, weight = 0, shadow } = status ?? {}
  const name = `${metadata.name} ${phase}`
  if (verdict) return `${name}: ${verdict.message}`
  if (phase === 'Gated')
    return `${name}: ${gates?.map(({ gate, message }) => `${gate}: ${message}`).join('; ') || 'asking its gates'}`
  if (phase !== 'RollingOut') return name
  return `${name} ${shadow ? 'in shadow' : `${weight} %`}, ${units} units${evidence?.length ? `: ${evidence.map(({ message }) => message).join('; ')}` : ''}`
}
