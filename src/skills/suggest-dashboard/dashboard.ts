import type { Monitor } from '../../api/kinds/monitor.ts'
import { digestOfValue, shortDigest } from '../../lib/digest.ts'
import { sloDashboard } from '../../telemetry/slo/dashboard.ts'

type Panel = Record<string, unknown> & { gridPos: { x: number; y: number; w: number; h: number } }

/** Panels of all objectives below each other, each under a row with its name; as `sloDashboard` draws one. */
export function dashboardOf(title: string, monitors: readonly Monitor[]): Record<string, unknown> {
  const panels: Record<string, unknown>[] = []
  let [y, id] = [0, 1]
  let base: Record<string, unknown> = {}
  for (const monitor of monitors) {
    const { slo } = monitor.spec
    if (!slo) continue
    const drawn = sloDashboard(monitor, slo)
    base = drawn
    panels.push({
      id: id++,
      type: 'row',
      title: String(drawn.description),
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: 24, h: 1 },
    })
    y++
    const own = drawn.panels as Panel[]
    for (const panel of own)
      panels.push({ ...panel, id: id++, gridPos: { ...panel.gridPos, y: panel.gridPos.y + y } })
    y += own.reduce((bottom, { gridPos }) => Math.max(bottom, gridPos.y + gridPos.h), 0)
  }
  const names = monitors.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
  return {
    ...base,
    uid: `keelway-${shortDigest(digestOfValue(names), 16)}`,
    title,
    description: `Objectives ${names.join(', ')}. The rules of keelway monitor rules record what it shows.`,
    panels,
  }
}
