import type { Zone } from '../detector.ts'
import { decodings } from './decode.ts'
import { scoreDocument } from './document.ts'
import { scorePrompt } from './prompt.ts'
import { WINDOW } from './tokens.ts'
import { type Verdict, worse } from './verdict.ts'
import type { Weights } from './weights.ts'
import { makeWindow, readDocumentWindow, readWindow } from './window.ts'

const window = makeWindow()
/** Windows overlap so that a sentence at a border is seen whole in one of them. */
const OVERLAP = 512
const STEP = WINDOW - OVERLAP
const TAIL = 768
/** A line shorter than this is no request by itself. */
const LEAST = 40
/** A jailbreak in a document must be plainer than one from a user: documents may be about jailbreaks. */
const DOCUMENT_MARGIN = 1.5

/** How much a text looks like an attack on the model that reads it, and why. Linear in the text; the same every time. */
export function assess(text: string, zone: Zone, weights: Weights): Verdict {
  let verdict = readFirst(text, zone, weights)
  const hidden = decodings(text, window.tokens)
  for (let from = STEP; from + OVERLAP < text.length; from += STEP)
    verdict = worse(verdict, read(text, from, zone, weights))
  // The end by itself: a short request behind a long text would be lost in it.
  if (zone === 'user' && text.length > 2 * TAIL)
    verdict = worse(verdict, readPrompt(text, lastPart(text), text.length, weights))
  // Decoded once: what is inside a decoded text is not decoded again.
  for (const inside of hidden) {
    const { score } = readFirst(inside, zone, weights)
    if (score >= 0.5 && score > verdict.score) verdict = { score, reason: 'encoded-payload' }
  }
  return verdict
}

/** Where the last line of some length begins, or the last part of a long one. */
function lastPart(text: string): number {
  const least = text.length - TAIL
  const line = text.lastIndexOf('\n', text.length - LEAST) + 1
  return Math.max(least, line)
}

const readFirst = (text: string, zone: Zone, weights: Weights): Verdict => read(text, 0, zone, weights)

function read(text: string, from: number, zone: Zone, weights: Weights): Verdict {
  const to = Math.min(text.length, from + WINDOW)
  return zone === 'user' ? readPrompt(text, from, to, weights) : readDocument(text, from, to, zone, weights)
}

function readPrompt(text: string, from: number, to: number, weights: Weights): Verdict {
  readWindow(text, from, to, window)
  return scorePrompt(text, window, weights, weights.operatingPoint.user)
}

function readDocument(text: string, from: number, to: number, zone: Zone, weights: Weights): Verdict {
  readDocumentWindow(text, from, to, window)
  const { user, document, tool } = weights.operatingPoint
  // Noise at the end of data is ordinary data.
  window.suffix = 0
  const jailbreak = scorePrompt(text, window, weights, user + DOCUMENT_MARGIN)
  return worse(scoreDocument(text, window, weights, zone === 'tool' ? tool : document), jailbreak)
}
