import type { Row } from './sources.ts'

export interface Scored {
  row: Row
  sum: number
  /** The sentence that decided. */
  text?: string
}

/** The lowest sum at which no honest source has a larger share of texts at or above it than `limit` says. */
export function atMost(scored: readonly Scored[], limit: (source: string, n: number) => number): number {
  let point = -Infinity
  for (const [source, group] of bySource(scored.filter(({ row }) => !row.attack))) {
    const sums = group.map(({ sum }) => sum).sort((a, b) => b - a)
    const share = limit(source, sums.length)
    const next = sums[Math.floor(sums.length * share)] ?? -Infinity
    console.log(`${source}: ${sums.length} texts, ${(share * 100).toFixed(1)} % at ${next.toFixed(2)}`)
    point = Math.max(point, next)
  }
  return point + 1e-3
}

/** Detection and false positives of each source, out of fold and in sample. */
export function printTable(
  title: string,
  out: readonly Scored[],
  inside: readonly Scored[],
  isAttack: (one: Scored) => boolean,
): void {
  const within = bySource(inside)
  console.log(
    `\n${title}\n| source | attack | n | out of fold % | 95 % | in sample % |\n| --- | --- | --- | --- | --- | --- |`,
  )
  for (const [source, group] of [...bySource(out)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const hits = group.filter(isAttack).length
    const sample = within.get(source) ?? []
    const share = (100 * sample.filter(isAttack).length) / Math.max(1, sample.length)
    const attack = group[0]?.row.attack ? 'yes' : 'no'
    console.log(
      `| ${source} | ${attack} | ${group.length} | ${((100 * hits) / group.length).toFixed(1)} | ${wilson(hits, group.length)} | ${share.toFixed(1)} |`,
    )
  }
}

/** The honest texts nearest to an attack and the attacks nearest to an honest text, for whoever improves the signals. */
export function printWorst(out: readonly Scored[]): void {
  for (const [source, group] of bySource(out)) {
    const attack = group[0]?.row.attack === true
    const worst = group.toSorted((a, b) => (attack ? a.sum - b.sum : b.sum - a.sum)).slice(0, 12)
    for (const { sum, text, row } of worst)
      console.log(
        `${source} ${sum.toFixed(2)} ${JSON.stringify(text?.slice(0, 120))} ${JSON.stringify(row.planted?.slice(0, 100))}`,
      )
  }
}

function bySource(scored: readonly Scored[]): Map<string, Scored[]> {
  return Map.groupBy(scored, ({ row }) => nameOf(row))
}

function nameOf({ source, kind, zone, attack }: Row): string {
  if (source === 'jailbreakbench_artifacts') return `${source} ${kind.replace('jailbreak:', '')}`
  if (source === 'garak_dan_sysprompt') return `${source} ${kind}`
  if (source === 'bipia_indirect_train') return attack ? `bipia attack ${kind.split(':')[1]}` : 'bipia clean'
  return source.startsWith('made') ? `${source}, ${zone}` : source
}

/** Wilson's 95 % interval of a share (1927), in percent. */
function wilson(hits: number, n: number): string {
  const z = 1.959964
  const p = hits / n
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n)
  return `${(100 * Math.max(0, centre - half)).toFixed(1)}–${(100 * Math.min(1, centre + half)).toFixed(1)}`
}
