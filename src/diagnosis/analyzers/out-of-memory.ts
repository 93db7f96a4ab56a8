import { type Analyzer, strengths } from './analyzer.ts'
import { amount, quantity } from './quantity.ts'
import { pointer, replaced, templateRemedy } from './remedies.ts'
import { containersOf, endsIn, type Workload, warningsOf } from './view.ts'
import { called, containerCalled, fieldOf, plain, plural, sentences } from './wording.ts'

/** A container that needs more memory than it may have: seen, or by what its command asks for. */
export const outOfMemory: Analyzer = {
  name: 'out-of-memory',
  finds: 'A container was killed for memory (OOMKilled), or its command asks for more memory than its limit.',
  unless: 'Other pods of the node were killed at the same time, or the heap is below the limit.',
  rules: ['out-of-memory', 'heap-over-limit'],
  *look(view) {
    for (const workload of view.workloads) {
      const killed = workload.pods.flatMap(endsIn).filter(({ end }) => end.reason === 'OOMKilled')
      const [worst] = killed.toSorted((a, b) => b.restarts - a.restarts)
      const event = warningsOf(view, workload).find(
        ({ reason, message }) => reason === 'OOMKilling' || /OOMKilled/.test(message),
      )
      for (const { container, path } of containersOf(workload)) {
        const limit = container.resources?.limits.get('memory')
        const bytes = quantity(limit)
        const heap = heapOf(container)
        const over = heap && bytes !== undefined && heap.bytes > bytes ? heap : undefined
        const mine = worst?.container === container.name ? worst : undefined
        if (!mine && !over && !(event && workload.spec.containers.length === 1 && !worst)) continue
        const higher =
          bytes === undefined ? undefined : amount(Math.max(bytes * 1.5, (over?.bytes ?? 0) * 1.25), 'memory')
        yield {
          rule: mine || event ? 'out-of-memory' : 'heap-over-limit',
          object: workload,
          class: 'memory',
          statement: sentences(
            mine || event
              ? `${called(workload)}: ${containerCalled(container.name)} ran out of memory and was killed (OOMKilled, exit code ${mine?.end.exitCode ?? 137}${mine ? `, ${plural(mine.restarts, 'restart')}` : ''}): it needs more than its memory limit ${limit === undefined ? '(none is set, so the node ran out of memory)' : `of ${limit}`}`
              : `${called(workload)}: ${containerCalled(container.name)} will run out of memory (OOMKilled)`,
            over &&
              `Its command asks for ${amount(over.bytes, 'memory')} (${over.said}), more than the memory limit of ${limit}`,
            mine || event ? `Raise the limit, or find what makes its memory grow` : undefined,
          ),
          strength: mine || event ? strengths.told : strengths.broken,
          observed: Boolean(mine || event),
          evidence: [
            fieldOf(workload.object, `${path}/resources/limits/memory`, limit ?? 'none'),
            ...(mine
              ? [
                  {
                    source: mine.pod.file,
                    detail: `${called(mine.pod)}: container ${plain(mine.container)} OOMKilled, ${plural(mine.restarts, 'restart')}`,
                  },
                ]
              : []),
            ...(over ? [fieldOf(workload.object, `${path}/command`, over.said)] : []),
            ...(event
              ? [
                  {
                    source: event.file,
                    detail: `${event.about} ${event.reason}: ${plain(event.message, 300)}`,
                  },
                ]
              : []),
          ],
          explains: workload.pods,
          ...(limit !== undefined &&
            higher !== undefined &&
            templateRemedy(
              'tune-limit',
              workload,
              replaced(`${path}/resources/limits/${pointer('memory')}`, limit, higher),
              `Raise the memory limit of container ${container.name} from ${limit} to ${higher}.`,
            )),
        }
      }
    }
  },
}

/** The heap or buffer that a container's command or variables ask for. */
function heapOf({
  command = [],
  args = [],
  env,
}: Workload['spec']['containers'][number]): { bytes: number; said: string } | undefined {
  const words = [
    ...command,
    ...args,
    ...env.flatMap(({ name = '', value }) => (/OPTS|OPTIONS|JAVA|NODE/.test(name) && value ? [value] : [])),
  ]
  const text = words.join(' ').slice(0, 20_000)
  const units: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40, '': 1 }
  const [java, size = '', unit = ''] = /-Xmx(\d{1,12})([kmgt]?)\b/i.exec(text) ?? []
  if (java) return { bytes: Number(size) * (units[unit.toLowerCase()] ?? 1), said: java }
  const [node, megabytes = ''] = /--max[-_]old[-_]space[-_]size=(\d{1,9})/.exec(text) ?? []
  if (node) return { bytes: Number(megabytes) * 2 ** 20, said: node }
  const [stress, bytes = '', factor = ''] = /--vm-bytes[ =](\d{1,12})([kmgt]?)\b/i.exec(text) ?? []
  if (!stress) return undefined
  const workers = Number(/(?:--vm|-m)[ =](\d{1,4})\b/.exec(text)?.[1] ?? 1)
  return { bytes: Number(bytes) * (units[factor.toLowerCase()] ?? 1) * Math.max(1, workers), said: stress }
}
