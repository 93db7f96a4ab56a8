import { z } from 'zod'
import { estimateTokens } from '../../canonical/usage.ts'
import type { Detector, Finding } from '../detector.ts'
import { optionsOf } from './options.ts'

const limit = z.int().min(1).optional()
const Options = z
  .strictObject({ characters: limit, tokens: limit, lines: limit })
  .refine(options => Object.keys(options).length > 0, 'give characters, tokens or lines')

/** Texts beyond a limit of characters (UTF-16 units), lines, or tokens as estimated for accounting. */
export const size: Detector = {
  name: 'size',
  summary: 'Finds texts that are longer than a limit of characters, lines or estimated tokens.',
  zones: ['user', 'document', 'tool', 'output'],
  whole: true,
  threshold: () => 0.5,
  create(options) {
    const {
      characters = Number.POSITIVE_INFINITY,
      tokens = Number.POSITIVE_INFINITY,
      lines,
    } = optionsOf('size', Options, options)
    return text => {
      const findings: Finding[] = []
      if (text.length > characters) findings.push({ score: 1, reason: 'characters' })
      if (estimateTokens(text.length) > tokens) findings.push({ score: 1, reason: 'tokens' })
      if (lines !== undefined && moreLines(text, lines)) findings.push({ score: 1, reason: 'lines' })
      return findings
    }
  },
}

/** Stops counting at the limit. */
function moreLines(text: string, limit: number): boolean {
  let count = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < text.length - 1; at = text.indexOf('\n', at + 1)) {
    count += 1
    if (count > limit) return true
  }
  return false
}
