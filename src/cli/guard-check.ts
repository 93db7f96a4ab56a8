import { z } from 'zod'
import { type Detect, type Detector, type Zone, zones } from '../gateway/guardrails/detector.ts'
import { hiddenCharacters } from '../gateway/guardrails/detectors/hidden-characters.ts'
import { injection } from '../gateway/guardrails/detectors/injection.ts'
import { type Command, UsageError } from './command.ts'
import { readJsonLines } from './json-lines.ts'

const checked = [injection, hiddenCharacters]
/** Less than found, worth a look. */
const FLAG_SHARE = 0.5
/** How many characters of a text the readable form shows. */
const SHOWN = 60

const Line = z.object({ text: z.string(), zone: z.enum(zones).nullish() })

interface Checked {
  verdict: 'allow' | 'flag' | 'block'
  score: number
  detector: string | null
  ms: number
}

export const guardCheck: Command = {
  name: 'guard check',
  summary: 'Say which texts try to take over the model.',
  arguments: ['FILE'],
  options: {
    zone: {
      type: 'string',
      value: 'Z',
      default: 'user',
      summary: 'where texts without a zone come from: user, document, tool or output',
    },
  },
  help: [
    'FILE has one object a line, {"text":"…","zone":"user|document|tool"}; - reads standard input.',
    'With --json: one object a line in the same order, {"verdict":"allow|flag|block","score":0.97,"detector":"injection","ms":0.04}.',
  ].join('\n'),
  async run({ positionals, required, json, out }) {
    const zone = zoneOf(required('zone'))
    const detectors = checked.map(detector => ({ detector, detect: detector.create(undefined) }))
    const counts = { allow: 0, flag: 0, block: 0 }
    let number = 0
    for await (const line of readJsonLines(positionals[0] ?? '-', Line)) {
      const answer = check(line.text, line.zone ?? zone, detectors)
      number += 1
      counts[answer.verdict] += 1
      if (json) out(JSON.stringify(answer))
      else if (answer.verdict !== 'allow') out(shown(number, answer, line.text))
    }
    if (!json)
      out(`${number} texts: ${counts.block} to block, ${counts.flag} to look at, ${counts.allow} clean`)
    return 0
  },
}

function zoneOf(asked: string): Zone {
  const zone = zones.find(known => known === asked)
  if (!zone) throw new UsageError(`--zone must be one of ${zones.join(', ')}, not "${asked}"`)
  return zone
}

function check(
  text: string,
  zone: Zone,
  detectors: readonly { detector: Detector; detect: Detect }[],
): Checked {
  const began = performance.now()
  let most = 0
  let named: string | null = null
  let verdict: Checked['verdict'] = 'allow'
  for (const { detector, detect } of detectors) {
    if (!detector.zones.includes(zone)) continue
    const threshold = detector.threshold(zone)
    for (const { score } of detect(text, zone)) {
      // Scores of two detectors are compared by how far they are above their thresholds.
      const share = score / (score + threshold)
      if (share > most) {
        most = share
        named = detector.name
      }
      if (score >= threshold) verdict = 'block'
      else if (score >= threshold * FLAG_SHARE && verdict === 'allow') verdict = 'flag'
    }
  }
  const score = Number((2 * most - most * most).toFixed(6))
  return {
    verdict,
    score,
    detector: verdict === 'allow' ? null : named,
    ms: Number((performance.now() - began).toFixed(4)),
  }
}

function shown(number: number, { verdict, score, detector }: Checked, text: string): string {
  const start = text.slice(0, SHOWN).replace(/\s+/g, ' ')
  return `${String(number).padStart(6)}  ${verdict.padEnd(5)}  ${score.toFixed(2)}  ${detector}  ${start}`
}
