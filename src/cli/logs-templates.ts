import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { systemClock } from '../lib/clock.ts'
import type { Bundle } from '../telemetry/bundle/load.ts'
import { createContinuations } from '../telemetry/templates/entry.ts'
import { HeaderReader } from '../telemetry/templates/header.ts'
import { createTemplateMiner, type TemplateMatch, type TemplateMiner } from '../telemetry/templates/miner.ts'
import { type Command, type Invocation, UsageError } from './command.ts'
import { lineBatches } from './line-batches.ts'
import { bundleOptions, withBundle } from './open-bundle.ts'
import { tableText } from './table.ts'

const defaultTop = 30
const progressMs = 2_000

export const logsTemplates: Command = {
  name: 'logs templates',
  summary: 'Find the kinds of lines in a log, and how many there are of each.',
  arguments: ['FILE?'],
  options: {
    top: {
      type: 'string',
      value: 'N',
      summary: `most templates to show (default ${defaultTop}; not with --json)`,
    },
    ...bundleOptions,
  },
  help: [
    'FILE has one entry a line; - reads standard input. Needs no configuration: headers, values and lists are recognised.',
    'Without --json, an interrupt ends the reading and shows what was found until then.',
    'Lines of a stack trace count as part of the entry they follow, and have its id.',
    'With --bundle: the logs of the bundle, and with --json {"service","at","id","template"} for each entry.',
    'With --json: one line {"line","id","template"} for each line, in order. The file is read twice, so that an id is final:',
    'what looked like two kinds of lines at first and turned out to be one has one id from its first line on.',
  ].join('\n'),
  async run(invocation) {
    const top = invocation.number('top')
    if (top !== undefined && invocation.json)
      throw new UsageError('--top is for the summary and goes not with --json')
    if (top !== undefined && !(Number.isInteger(top) && top > 0))
      throw new UsageError(`--top must be a whole number above 0, not "${invocation.text('top')}"`)
    const miner = createTemplateMiner()
    const mined = await withBundle(invocation, (bundle, service) =>
      mineBundle(bundle, service, miner, invocation),
    )
    if (mined) {
      if (!invocation.json) invocation.out(summary(miner, top ?? defaultTop))
      return 0
    }
    const [file] = invocation.positionals
    if (file === undefined) throw new UsageError('logs templates needs FILE or --bundle DIR')
    if (!invocation.json) {
      await mine(file, miner, invocation)
      invocation.out(summary(miner, top ?? defaultTop))
      return 0
    }
    if (file === '-') await withCopyOfInput(invocation.signal, copy => printEach(copy, miner, invocation))
    else await printEach(file, miner, invocation)
    return invocation.signal.aborted ? 1 : 0
  },
}

/** Entries of a bundle are whole already. */
async function mineBundle(
  bundle: Bundle,
  service: string | undefined,
  miner: TemplateMiner,
  invocation: Invocation,
): Promise<true> {
  for await (const { body } of bundle.logs(service)) miner.add(firstLine(body))
  miner.settle()
  if (!invocation.json) return true
  for await (const { body, at, resource } of bundle.logs(service)) {
    const { id, template } = miner.add(firstLine(body))
    const entry = { service: resource.service, at: new Date(at).toISOString(), id, template }
    invocation.out(JSON.stringify(entry))
  }
  return true
}

const firstLine = (body: string): string => body.split('\n', 1)[0] ?? ''

async function printEach(file: string, miner: TemplateMiner, invocation: Invocation): Promise<void> {
  await mine(file, miner, invocation)
  let line = 0
  await mine(file, miner, invocation, async matches => {
    invocation.out(
      matches
        .map(({ id, template }) => `{"line":${++line},"id":"${id}","template":${JSON.stringify(template)}}`)
        .join('\n'),
    )
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
  })
}

/** Puts all lines of a file into the miner, and hands on what they turned out to be, a batch at a time. */
async function mine(
  file: string,
  miner: TemplateMiner,
  { err, signal }: Invocation,
  each?: (matches: readonly TemplateMatch[]) => Promise<void>,
): Promise<void> {
  const headers = new HeaderReader()
  const continues = createContinuations()
  let last: TemplateMatch | undefined
  let lines = 0
  let told = systemClock.now()
  for await (const batch of lineBatches(file, undefined, undefined, signal)) {
    if (signal.aborted) break
    const matches: TemplateMatch[] = []
    for (const line of batch) {
      const header = headers.read(line)
      if (last === undefined || !continues(line, header)) last = miner.add(line, header)
      if (each) matches.push(last)
    }
    lines += batch.length
    await each?.(matches)
    const now = systemClock.now()
    if (process.stderr.isTTY && now - told > progressMs) {
      told = now
      err(
        `${lines.toLocaleString('en')} lines ${each ? 'written' : 'read'}, ${miner.status().templates} templates`,
      )
    }
  }
  miner.settle()
}

/** Standard input can be read once only: keeps it in a file that goes away afterwards. */
async function withCopyOfInput(signal: AbortSignal, use: (copy: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'keelway-logs-'))
  try {
    const copy = join(directory, 'input.log')
    await pipeline(process.stdin, createWriteStream(copy, { mode: 0o600 }), { signal })
    await use(copy)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await rm(directory, { recursive: true })
  }
}

function summary(miner: TemplateMiner, top: number): string {
  const { lines, dropped } = miner.status()
  const templates = miner.templates()
  const share = (count: number) => `${((100 * count) / lines).toFixed(1)} %`
  const shown = templates.slice(0, top)
  const rest = templates.slice(top).reduce((sum, { count }) => sum + count, 0)
  return [
    `${lines.toLocaleString('en')} entries, ${templates.length.toLocaleString('en')} templates`,
    ...(dropped.templates > 0
      ? [
          `${dropped.templates.toLocaleString('en')} rare templates with ${dropped.lines.toLocaleString('en')} entries were dropped`,
        ]
      : []),
    ...(shown.length > 0
      ? [
          '',
          tableText(
            ['ID', 'COUNT', 'SHARE', 'LEVEL', 'FIRST', 'LAST', 'TEMPLATE'],
            shown.map(({ id, count, level, first, last, template }) => [
              id,
              count,
              share(count),
              level,
              first,
              last,
              template,
            ]),
          ),
        ]
      : []),
    ...(rest > 0
      ? ['', `and ${templates.length - top} more with ${rest} entries (${share(rest)}); see --top`]
      : []),
  ].join('\n')
}
