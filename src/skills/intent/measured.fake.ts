import { maskedText } from '../slots/masked.ts'
import { type Slots, slotsOf } from '../slots/slots.ts'
import type { IntentModel } from './intent.ts'
import { askedAt, known, type Question } from './questions.fake.ts'

export interface Measured {
  /** Right and all, by skill that was meant. */
  skills: Readonly<Record<string, { right: number; of: number }>>
  /** Of questions for a skill. */
  accuracy: number
  /** Of questions that are none of ours: how many were told so. */
  refused: number
  /** Of names, times, amounts and ids of questions for a skill: harmonic mean of precision and recall. */
  slotF1: number
  wrong: readonly string[]
}

const names = { ...known, models: [], providers: [] }

/** How well questions are understood; those for skills that are not in `there` are left out. */
export function measured(
  questions: readonly Question[],
  model: IntentModel,
  there: ReadonlySet<string>,
): Measured {
  const skills: Record<string, { right: number; of: number }> = {}
  const wrong: string[] = []
  const slots = { hit: 0, found: 0, wanted: 0 }
  for (const question of questions.filter(({ skill }) => skill === 'none' || there.has(skill))) {
    const { skill, text } = question
    const read = slotsOf(text, {
      known: names,
      when: { now: askedAt, zone: 'UTC' },
      ordinary: model.ordinary,
    })
    const got = model.classify(maskedText(read)).skill ?? 'none'
    const count = skills[skill] ?? { right: 0, of: 0 }
    skills[skill] = { right: count.right + Number(got === skill), of: count.of + 1 }
    if (got !== skill) wrong.push(`${skill}: ${text} (${got})`)
    if (skill === 'none') continue
    const [found, wanted] = [foundIn(read), question.slots]
    slots.found += found.length
    slots.wanted += wanted.length
    slots.hit += wanted.filter(slot => found.includes(slot)).length
    const bad = [
      ...wanted.filter(slot => !found.includes(slot)),
      ...found.filter(slot => !wanted.includes(slot)).map(slot => `not ${slot}`),
    ]
    if (bad.length > 0) wrong.push(`slots: ${text} (${bad.join(', ')})`)
  }
  const ours = Object.entries(skills).filter(([name]) => name !== 'none')
  const sum = (pick: (count: { right: number; of: number }) => number) =>
    ours.reduce((total, [, count]) => total + pick(count), 0)
  const none = skills.none ?? { right: 0, of: 0 }
  return {
    skills,
    accuracy: sum(({ right }) => right) / sum(({ of }) => of),
    refused: none.right / none.of,
    slotF1: (2 * slots.hit) / (slots.found + slots.wanted),
    wrong,
  }
}

const minute = (name: string, at: number | undefined): string[] =>
  at === undefined ? [] : [`${name} ${new Date(at).toISOString().slice(0, 16)}`]

const foundIn = ({ names: { found }, commits, times, amounts }: Slots): string[] => [
  ...found.map(({ name, things: [thing] }) =>
    thing === 'namespace' || thing === 'incident' ? `${thing} ${name}` : `name ${name}`,
  ),
  ...commits.map(({ revision }) => `commit ${revision}`),
  ...minute('since', times.since),
  ...minute('until', times.until),
  ...amounts.map(({ text }) => `amount ${text}`),
]
