import type { RouteRelease } from '../api/kinds/route-release.ts'

/** Where a release stands, in one line. Evidence is shown as reached/needed. */
export function describeRelease(release: RouteRelease): string {
  const { metadata, status } = release
  const { phase = 'Pending', verdict, gates, units = 0 } = status ?? {}
  const name = `${metadata.name} ${phase}`
  if (verdict) return `${name}: ${verdict.message}`
  if (phase === 'Gated') {
    const asked = gates?.map(({ gate, message }) => `${gate}: ${message}`).join('; ')
    return `${name}: ${asked || 'asking its gates'}`
  }
  if (phase !== 'RollingOut') return name
  return [`${name} ${stepOf(release)}, ${units} units`, evidenceOf(release)].filter(Boolean).join('; ')
}

/** What the step a release is in does, in words. */
export const stepOf = ({ status }: RouteRelease): string =>
  status?.shadow ? 'in shadow' : `on ${status?.weight ?? 0} % of sessions`

/** The evidence of each metric that has any in this step. */
const evidenceOf = ({ status }: RouteRelease): string =>
  (status?.evidence ?? [])
    .filter(({ candidate }) => candidate !== undefined)
    .map(({ message }) => message)
    .join('; ')
