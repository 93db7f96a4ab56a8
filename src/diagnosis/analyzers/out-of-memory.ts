import type { Container } from '../cluster/pod.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { amount, quantity } from './quantity.ts'
import { replaced, templateRemedy } from './remedies.ts'
import { eachContainer, endsIn, type PodEnd, type View, type Workload, warningsOf } from './view.ts'
import { called, containerCalled, fieldOf, plain, plural, sentences } from './wording.ts'

/** A container that needs more memory than it may have: seen, or by what its command asks for. */
export const outOfMemory: Analyzer = {
  name: 'out-of-memory',
  finds: 'A container was killed for memory (OOMKilled), or its command asks for more memory than its limit.',
  unless: 'Nothing was killed and the heap is below the limit.',
  rules: ['out-of-memory', 'heap-over-limit'],
  *look(view) {
    for (const { workload, container, path } of eachContainer(view)) {
      const bytes = quantity(container.resources?.limits.get('memory'))
      const heap = heapOf(container)
      const over = heap && bytes !== undefined && heap.bytes > bytes ? heap : undefined
      const found =
        killed(view, workload, container, path, over) ?? (over && willBe(workload, container, path, over))
      if (found) yield found
    }
  },
}

interface Heap {
  bytes: number
  said: string
}

function killed(
  view: View,
  workload: Workload,
  container: Container,
  path: string,
  over: Heap | undefined,
): Suspicion | undefined {
  const ends = workload.pods.flatMap(endsIn).filter(({ end }) => end.reason === 'OOMKilled')
  const [mine] = ends
    .filter(end => end.container === container.name || end.container === '')
    .toSorted((a, b) => b.restarts - a.restarts)
  const alone = workload.spec.containers.length === 1 && ends.length === 0
  const event = warningsOf(view, workload).find(
    ({ reason, message }) => reason === 'OOMKilling' || message.includes('OOMKilled'),
  )
  if (!mine && !(event && alone)) return undefined
  const limit = container.resources?.limits.get('memory')
  return {
    rule: 'out-of-memory',
    object: workload,
    class: 'memory',
    statement: sentences(
      `${called(workload)}: ${containerCalled(container.name)} ran out of memory and was killed (OOMKilled, exit code ${mine?.end.exitCode ?? 137}${mine ? `, ${plural(mine.restarts, 'restart')}` : ''}): it needs more than its memory limit ${limit === undefined ? '(none is set, so the node ran out of memory)' : `of ${limit}`}`,
      over && asksFor(over, limit),
      'Raise the limit, or find what makes its memory grow',
    ),
    strength: strengths.told,
    observed: true,
    evidence: [
      fieldOf(workload.object, `${path}/resources/limits/memory`, limit ?? 'none'),
      ...(mine ? [endOf(mine)] : []),
      ...(event
        ? [{ source: event.file, detail: `${event.about} ${event.reason}: ${plain(event.message, 300)}` }]
        : []),
    ],
    explains: workload.pods,
    ...higher(workload, container, path, over),
  }
}

const endOf = ({ pod, container, restarts }: PodEnd) => ({
  source: pod.file,
  detail: `${called(pod)}: ${containerCalled(container)} OOMKilled, ${plural(restarts, 'restart')}`,
})

function willBe(workload: Workload, container: Container, path: string, over: Heap): Suspicion {
  const limit = container.resources?.limits.get('memory')
  return {
    rule: 'heap-over-limit',
    object: workload,
    class: 'memory',
    statement: sentences(
      `${called(workload)}: ${containerCalled(container.name)} will run out of memory (OOMKilled)`,
      asksFor(over, limit),
    ),
    strength: strengths.broken,
    observed: false,
    evidence: [
      fieldOf(workload.object, `${path}/resources/limits/memory`, limit ?? 'none'),
      fieldOf(workload.object, `${path}/command`, over.said),
    ],
    explains: workload.pods,
    ...higher(workload, container, path, over),
  }
}

const asksFor = ({ bytes, said }: Heap, limit: string | undefined): string =>
  `Its command asks for ${amount(bytes, 'memory')} (${said}), more than the memory limit of ${limit}`

/** Half as much again, and room for what the command asks for. */
function higher(workload: Workload, { name, resources }: Container, path: string, over: Heap | undefined) {
  const limit = resources?.limits.get('memory')
  const bytes = quantity(limit)
  if (limit === undefined || bytes === undefined) return {}
  const to = amount(Math.max(bytes * 1.5, (over?.bytes ?? 0) * 1.25), 'memory')
  return templateRemedy(
    'tune-limit',
    workload,
    replaced(`${path}/resources/limits/memory`, limit, to),
    `Raise the memory limit of ${containerCalled(name)} from ${limit} to ${to}.`,
  )
}

/** The heap or buffer that a container's command or variables ask for. */
function heapOf({ command = [], args = [], env }: Container): Heap | undefined {
  const options = env.flatMap(({ name = '', value }) =>
    /OPTS|OPTIONS|JAVA|NODE/.test(name) && value ? [value] : [],
  )
  const text = [...command, ...args, ...options].join(' ').slice(0, 20_000)
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
