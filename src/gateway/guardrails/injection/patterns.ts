import { bit } from './lexicon.ts'
import { gaps, type Tokens } from './tokens.ts'

const { override, prior, instruction, model, persona, unrestricted, restriction, negation, refuse, reveal } =
  bit
const { you, response, start, mode, secret, must, character, now, all, enable, order, task, person } = bit

interface Step {
  mask: number
  /** Most words between the step before and this one. */
  gap: number
}

/**
 * What attacks say, as word classes in order within one sentence: `ignore … previous … instructions` whatever stands
 * between. Words of one class may stand for each other, so that a new wording of an old idea is still found.
 */
const patterns: readonly { name: Structure; steps: readonly Step[] }[] = [
  { name: 'instruction-override', steps: [at(override), at(prior, 4), at(instruction, 3)] },
  { name: 'instruction-override', steps: [at(override), at(all, 1), at(instruction, 4)] },
  { name: 'instruction-override', steps: [at(override), at(you, 3), at(instruction, 4)] },
  { name: 'instruction-override', steps: [at(override), at(instruction, 2), at(you | prior, 4)] },
  { name: 'instruction-override', steps: [at(override), at(all, 2), at(prior, 3)] },
  { name: 'role-change', steps: [at(you), at(now, 2), at(model | unrestricted | persona, 8)] },
  { name: 'role-change', steps: [at(now), at(you, 3), at(must | persona, 4)] },
  { name: 'role-change', steps: [at(persona), at(model | unrestricted | mode, 5)] },
  { name: 'role-change', steps: [at(must), at(persona, 3)] },
  { name: 'stay-in-role', steps: [at(must | negation), at(character, 5)] },
  { name: 'no-limits', steps: [at(negation), at(restriction, 4)] },
  { name: 'no-limits', steps: [at(unrestricted), at(model | persona, 3)] },
  { name: 'no-limits', steps: [at(override), at(restriction, 5)] },
  { name: 'no-refusal', steps: [at(negation), at(refuse, 3)] },
  { name: 'no-refusal', steps: [at(negation), at(restriction, 2), at(restriction, 4)] },
  { name: 'mode-switch', steps: [at(mode), at(mode, 1), at(enable, 3)] },
  { name: 'mode-switch', steps: [at(enable), at(mode, 3), at(mode, 1)] },
  { name: 'prompt-extraction', steps: [at(reveal), at(you | secret | prior, 5), at(instruction, 3)] },
  { name: 'prompt-extraction', steps: [at(secret), at(instruction, 0), at(reveal, 6)] },
  { name: 'prompt-extraction', steps: [at(instruction), at(you, 1), at(prior | start | secret, 8)] },
  { name: 'answer-forcing', steps: [at(start), at(you, 2), at(response, 2)] },
  { name: 'answer-forcing', steps: [at(must), at(response, 3), at(all | task, 4)] },
  { name: 'concealment', steps: [at(negation), at(reveal | response, 2), at(person, 3)] },
  { name: 'task-hijack', steps: [at(order), at(you, 3), at(task | response, 5)] },
]

export const structures = [
  'instruction-override',
  'role-change',
  'stay-in-role',
  'no-limits',
  'no-refusal',
  'mode-switch',
  'prompt-extraction',
  'answer-forcing',
  'concealment',
  'task-hijack',
] as const
export type Structure = (typeof structures)[number]

function at(mask: number, gap = 0): Step {
  return { mask, gap }
}

/** All steps of all patterns in flat arrays, the last step of a pattern first, so that one word takes one step of it. */
const steps = patterns.flatMap(({ name, steps }, pattern) =>
  steps
    .map(({ mask, gap }, i) => ({
      pattern,
      mask,
      gap,
      first: i === 0,
      last: i === steps.length - 1,
      kind: structures.indexOf(name),
    }))
    .reverse(),
)
const stepMask = Int32Array.from(steps, step => step.mask)
const stepGap = Int32Array.from(steps, step => step.gap)
const stepFirst = Uint8Array.from(steps, step => (step.first ? 1 : 0))
const stepKind = Int8Array.from(steps, step => (step.last ? step.kind : -1))
const anyMask = steps.reduce((sum, step) => sum | step.mask, 0)
const reached = new Int32Array(steps.length)
const NEVER = -1_000_000

/** Counts how often each structure occurs among the words [from, to), into `counts` (one place for each structure). */
export function countStructures(tokens: Tokens, from: number, to: number, counts: Float64Array): void {
  const { classes, gap } = tokens
  counts.fill(0)
  reached.fill(NEVER)
  for (let i = from; i < to; i++) {
    if ((gap[i] ?? 0) >= gaps.sentence && i > from) reached.fill(NEVER)
    const mask = classes[i] ?? 0
    if ((mask & anyMask) !== 0) takeSteps(i, mask, counts)
  }
}

/** Moves every pattern on that waits for a word of one of these classes. */
function takeSteps(i: number, mask: number, counts: Float64Array): void {
  for (let s = 0; s < steps.length; s++) {
    if ((mask & (stepMask[s] ?? 0)) === 0) continue
    if (stepFirst[s] === 0 && (reached[s + 1] ?? NEVER) < i - 1 - (stepGap[s] ?? 0)) continue
    const kind = stepKind[s] ?? -1
    if (kind < 0) reached[s] = i
    else counts[kind] = (counts[kind] ?? 0) + 1
  }
}
