import { userInfo } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { labelQueue } from '../gates/judge/label-queue.ts'
import { CORRECT, scorerReports } from '../gates/judge/scorer-report.ts'
import { systemClock } from '../lib/clock.ts'
import { remote } from '../lib/rpc.ts'
import { type CallRecord, type Feedback, type Telemetry, telemetryMethods } from '../telemetry/telemetry.ts'
import { type Command, type Invocation, UsageError } from './command.ts'
import { runningEndpoints, stateOption } from './endpoints.ts'
import { exportTasks, importLabels } from './label-file.ts'
import { reportText, taskText } from './label-text.ts'

/** Newest calls that the queue and the report look at. */
const RECENT = 5000
const MOST_LABELS = 100_000

interface Desk {
  telemetry: Telemetry
  namespace: string
  route: string
  score: string
  by: string
}

/** @param input what a person types, opened only when somebody is asked */
export const labelCommand = (input: () => NodeJS.ReadableStream): Command => ({
  name: 'label',
  summary: 'Ask people about the calls that most need a label, and say how far scorers can stand for people.',
  options: {
    route: { type: 'string', value: 'NAME', required: true, summary: 'route whose calls are labelled' },
    namespace: { type: 'string', value: 'NAME', default: 'default', summary: 'namespace of the route' },
    score: {
      type: 'string',
      value: 'NAME',
      default: CORRECT,
      summary: 'what is asked: whether the answer is correct, or the question of a scorer by its name',
    },
    n: { type: 'string', value: 'N', default: '20', summary: 'how many calls at most' },
    by: { type: 'string', value: 'NAME', summary: 'who labels (default: the user of this machine)' },
    stats: { type: 'boolean', summary: 'print how far each scorer agrees with people' },
    export: { type: 'string', value: 'FILE', summary: 'write the queue as JSON lines, to label elsewhere' },
    import: { type: 'string', value: 'FILE', summary: 'read labels: JSON lines with call and verdict' },
    state: stateOption,
  },
  help: [
    'Half of the queue is picked at random, and only those labels calibrate; the rest are calls on which a scorer is',
    'undecided or others disagree with it. What scorers said is not shown. With --json the queue is printed, not asked.',
  ].join('\n'),
  async run(invocation) {
    const { control, controlToken } = await runningEndpoints(invocation.required('state'))
    const desk: Desk = {
      telemetry: remote<Telemetry>({
        endpoint: { url: control, token: controlToken },
        service: 'telemetry',
        methods: telemetryMethods,
      }),
      namespace: invocation.required('namespace'),
      route: invocation.required('route'),
      score: scoreName(invocation.required('score')),
      by: invocation.text('by') ?? userInfo().username,
    }
    const from = invocation.text('import')
    if (from !== undefined) return importFrom(from, desk, invocation)
    if (invocation.flag('stats')) return stats(desk, invocation)
    const n = invocation.number('n') ?? 0
    if (!Number.isInteger(n) || n < 1 || n > 1000)
      throw new UsageError('--n must be a whole number from 1 to 1000')
    const { telemetry, namespace, route, score } = desk
    const calls = await telemetry.reviewed({ namespace, route, limit: RECENT })
    const queue: (CallRecord & { why: string; feedback: Feedback[] })[] = []
    for (const { call, why } of labelQueue(calls, score, n)) {
      const whole = await telemetry.call(call.id)
      if (whole?.output !== undefined) queue.push({ why, ...whole })
    }
    const to = invocation.text('export')
    if (to !== undefined) {
      await exportTasks(to, queue, score)
      invocation.out(
        `${queue.length} calls are in ${to}: fill in verdict with correct, not or skip, then --import it`,
      )
      return 0
    }
    if (invocation.json) {
      for (const call of queue) invocation.out(JSON.stringify(call))
      return 0
    }
    if (queue.length === 0) {
      invocation.out(
        `no call of ${namespace}/${route} needs a label: none has a recorded answer without one (spec.record must keep answers)`,
      )
      return 0
    }
    return ask(queue, desk, invocation, input())
  },
})

export const label = labelCommand(() => process.stdin)

function scoreName(name: string): string {
  if (!/^[A-Za-z0-9_-]{1,63}$/.test(name))
    throw new UsageError('--score must be a name of letters, digits, - and _, at most 63')
  return name
}

async function ask(
  queue: readonly CallRecord[],
  { telemetry, score, by }: Desk,
  { out, signal }: Invocation,
  input: NodeJS.ReadableStream,
): Promise<number> {
  const lines = createInterface({ input, signal })
  const typed = lines[Symbol.asyncIterator]()
  let given = 0
  try {
    for (const [i, call] of queue.entries()) {
      out(taskText(call, i + 1, queue.length))
      const verdict = await verdictFrom(typed, score, out)
      if (verdict === 'quit') break
      if (verdict === 'skip') continue
      await telemetry.append([], [labelOf(call.id, score, Number(verdict === 'correct'), by)])
      given++
    }
  } finally {
    lines.close()
  }
  out(`${given} labels by ${by} are recorded; keelway label --stats says what they show`)
  return 0
}

async function verdictFrom(
  typed: AsyncIterator<string>,
  score: string,
  out: (text: string) => void,
): Promise<'correct' | 'not' | 'skip' | 'quit'> {
  for (;;) {
    out(`${score}? [c]orrect, [n]ot, [s]kip, [q]uit`)
    const { value, done } = await typed.next()
    if (done) return 'quit'
    const word = value.trim().toLowerCase()
    const found = (['correct', 'not', 'skip', 'quit'] as const).find(
      choice => word !== '' && choice.startsWith(word),
    )
    if (found) return found
  }
}

const labelOf = (call: string, score: string, value: number, by: string, label?: string): Feedback => ({
  call,
  at: systemClock.now(),
  source: 'person',
  by,
  scores: { [score]: value },
  ...(label === undefined ? {} : { label }),
})

async function importFrom(file: string, desk: Desk, { out, json }: Invocation): Promise<number> {
  const { telemetry, namespace, route, score, by } = desk
  const labels = await importLabels(file)
  const counts = { recorded: 0, repeated: 0, skipped: 0 }
  for (const { line, call: id, verdict, label, by: who = by, score: name = score } of labels) {
    if (verdict === 'skip') {
      counts.skipped++
      continue
    }
    const call = await telemetry.call(id)
    if (call?.route !== route || call.namespace !== namespace)
      throw new UsageError(
        `${file}:${line}: ${namespace}/${route} has no call ${id}; ${counts.recorded} labels before it are recorded`,
      )
    if (
      call.feedback.some(
        given => given.source === 'person' && given.by === who && given.scores?.[name] !== undefined,
      )
    ) {
      counts.repeated++
      continue
    }
    await telemetry.append([], [labelOf(id, name, Number(verdict === 'correct'), who, label)])
    counts.recorded++
  }
  out(
    json
      ? JSON.stringify(counts)
      : `${counts.recorded} labels are recorded, ${counts.repeated} were there before, ${counts.skipped} skipped`,
  )
  return 0
}

async function stats({ telemetry, namespace, route }: Desk, { out, json }: Invocation): Promise<number> {
  const recent = await telemetry.reviewed({ namespace, route, limit: RECENT })
  const labelled = await telemetry.reviewed({ namespace, route, source: 'person', limit: MOST_LABELS })
  const reports = scorerReports(recent, labelled)
  if (json) for (const report of reports) out(JSON.stringify(report))
  else out(reportText(reports, `${namespace}/${route}`))
  return 0
}
