import { jsonLine, type LogFacts } from './log-json.ts'
import { innerTime, leadingTime } from './log-time.ts'
import { message } from './plain-values.ts'
import { severityOf } from './severity.ts'

/** What the text of one entry says of itself: when, how grave, and what; JSON or free text. */
export function logFacts(entry: string, now: number): LogFacts {
  const json = jsonLine(entry)
  if (json) return json
  const time = leadingTime(entry, now)
  const rest = time ? entry.slice(time.length).trimStart() : entry
  const at = time?.at ?? innerTime(entry, now)
  return {
    ...(at !== undefined && { at }),
    severity: klogSeverity(entry) ?? textSeverity(rest),
    // A line that is nothing but a time is kept as it is.
    body: message(rest === '' ? entry : rest, 65_536),
    attributes: {},
  }
}

/** Whether a line begins an entry: with a time or a level, or as JSON. */
export const beginsEntry = (line: string, now: number): boolean =>
  line.startsWith('{"') ||
  leadingTime(line, now) !== undefined ||
  leadingLevel.test(line) ||
  priority.test(line)

const upper =
  'TRACE|VERBOSE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|ERR|SEVERE|CRIT(?:ICAL)?|ALERT|FATAL|PANIC|EMERG(?:ENCY)?'
const leadingLevel = new RegExp(`^\\[?(?:${upper})\\b|^\\[?(?:${upper.toLowerCase()})(?:\\]|:)|^level=`)
const priority = /^<(\d{1,3})>/
const keyed = /(?:^|\s)(?:level|lvl|severity)="?([a-zA-Z]{3,13})/
const shouted = new RegExp(`(?:^|[\\s\\[(|<:])(${upper})(?=[\\s\\])|>:,]|$)`)
const whispered = new RegExp(
  `\\[(${upper.toLowerCase()})\\]|^(${upper.toLowerCase()}):|[\\s|](${upper.toLowerCase()})[|:]\\s`,
)
const crash =
  /^(?:Traceback \(most recent|panic: |fatal error: |Exception in thread |Unhandled |[\w.$]{0,200}(?:Exception|Error)(?::|$))/

const klogLevels: Readonly<Record<string, number>> = { I: 9, W: 13, E: 17, F: 21 }
const klogSeverity = (line: string): number | undefined =>
  /^[IWEF]\d{4} /.test(line) ? klogLevels[line[0] ?? ''] : undefined

/** RFC 5424's severities 0 to 7, by OpenTelemetry's mapping. */
const syslogLevels = [21, 19, 18, 17, 13, 10, 9, 5]

function textSeverity(text: string): number {
  const head = text.slice(0, 160)
  const told = priority.exec(head)?.[1]
  if (told !== undefined) return syslogLevels[Number(told) & 7] ?? 0
  const word = keyed.exec(head)?.[1] ?? shouted.exec(head)?.[1]
  if (word !== undefined) return severityOf(word)
  const quiet = whispered.exec(head)
  if (quiet) return severityOf(quiet[1] ?? quiet[2] ?? quiet[3] ?? '')
  return crash.test(head) ? 17 : 0
}
