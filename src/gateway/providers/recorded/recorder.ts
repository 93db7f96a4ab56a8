import { open, readFile } from 'node:fs/promises'
import { datasetLimits } from '../../../lib/dataset.ts'
import type { AnswerContent } from '../../canonical/answer.ts'
import { type CanonicalRequest, lastUserText } from '../../canonical/request.ts'
import { type CassetteRow, cassetteKey, parseCassette } from './cassette.ts'
import { systemText } from './provider.ts'
import { redactInput } from './redaction.ts'

/** What became of one exchange. */
export type Recorded =
  | 'written'
  /** The same input was recorded before, with the same answer or with another one: the first stays. */
  | 'known'
  | 'differs'
  /** Its input or answer can not be told by a cassette. */
  | 'unrecordable'
  /** The cassette is full. */
  | 'full'

export interface Recorder {
  /** Rows that the file has now. */
  readonly rows: number
  /** @param key what the provider was called with; no row holds it */
  add(request: CanonicalRequest, answer: AnswerContent, key?: string): Promise<Recorded>
  close(): Promise<void>
}

export interface RecorderOptions {
  file: string
  maxRows: number
  /** Personal data and secrets are masked before anything is written. */
  redact: boolean
}

/**
 * Adds exchanges to a cassette in JSON lines, which may exist already. A row is written whole, in one write, and inputs
 * are written once.
 * @throws DatasetError when the file is there and no cassette
 */
export async function openRecorder({ file, maxRows, redact }: RecorderOptions): Promise<Recorder> {
  const before = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  })
  const answers = before.length > 0 ? parseCassette(before, 'jsonl').answers : new Map<string, string>()
  const handle = await open(file, 'a', 0o600)
  let bytes = before.length
  // A row without its line end was cut off by a crash, or by hand; the next one needs a line of its own.
  let lead = bytes > 0 && before.at(-1) !== 0x0a ? '\n' : ''
  let writing: Promise<unknown> = Promise.resolve()
  return {
    get rows() {
      return answers.size
    },
    add: async (request, answer, secret) => {
      const row = rowOf(request, answer, redact)
      if (!row) return 'unrecordable'
      const key = cassetteKey(row.system, row.user)
      const known = answers.get(key)
      if (known !== undefined) return known === row.answer ? 'known' : 'differs'
      const line = Buffer.from(`${lead}${JSON.stringify(row)}\n`)
      if (line.length > datasetLimits.record || (secret && line.includes(secret))) return 'unrecordable'
      if (answers.size >= maxRows || bytes + line.length > datasetLimits.bytes) return 'full'
      lead = ''
      bytes += line.length
      answers.set(key, row.answer)
      const written = writing.then(() => handle.appendFile(line))
      writing = written.catch(() => undefined)
      await written
      return 'written'
    },
    close: async () => {
      await writing
      await handle.close()
    },
  }
}

/** The row of an exchange: one text of a user, one answer. Undefined for pictures, several answers and broken ones. */
function rowOf(request: CanonicalRequest, answer: AnswerContent, redact: boolean): CassetteRow | undefined {
  const [choice] = answer.choices
  const user = lastUserText(request)
  const last = request.messages.findLast(({ role }) => role === 'user')
  if (!choice?.finish || answer.choices.length !== 1 || user === '') return undefined
  if (last?.parts.some(({ type }) => type !== 'text')) return undefined
  const system = systemText(request)
  const input = redact ? redactInput(system, user) : undefined
  const hide = (text: string): string => input?.redact(text) ?? text
  const toolCalls = choice.toolCalls.map(call => ({
    id: call.id,
    name: call.name,
    arguments: hide(call.arguments),
  }))
  const text = hide(choice.text)
  const changed =
    input?.changed ||
    text !== choice.text ||
    toolCalls.some((call, i) => call.arguments !== choice.toolCalls[i]?.arguments)
  return {
    system: input?.system ?? system,
    user: input?.user ?? user,
    answer: text,
    ...(toolCalls.length > 0 ? { toolCalls } : {}),
    ...(choice.finish === 'stop' ? {} : { finish: choice.finish }),
    ...(answer.usage ? { usage: answer.usage } : {}),
    ...(changed ? { redacted: true as const } : {}),
  }
}
