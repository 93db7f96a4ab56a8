import { seededRandom } from '../../lib/random.ts'
import type { Row } from '../../models/model.ts'
import type { Skill } from '../skill.ts'
import { masks } from '../slots/masked.ts'
import { slotKindOf, thingsOf } from '../slots/slot.ts'
import { elsewhere } from './elsewhere.ts'
import { synonyms } from './synonyms.ts'
import { wordings } from './wordings.ts'

/** Label of what is none of ours. */
export const NONE = 'none'

type Phrased = Pick<Skill, 'name' | 'phrases'>

/** Names that are nowhere known, as a question may hold: one is in place of its slot in every other variant. */
const strangers = [
  'gateway-v2',
  'ledger',
  'warehouse',
  'media-proxy',
  'tokens-svc',
  'zephyr',
  'mailer',
  'quotes',
]
const before = ['', '', '', 'please ', 'can you ', 'hey, ', 'i want to know ', 'could you please ', 'so ']
const after = ['', '', '', ' please', '?', '.', ' now', ' pls', ' thanks', ` ${masks.time}`]
const variants = 8
const variantsElsewhere = 3

/** What the intent model learns from: phrases in many spellings and wordings. The same skills give the same rows. */
export function trainingRows(skills: readonly Phrased[], others: readonly string[] = elsewhere): Row[] {
  const random = seededRandom(17)
  const rows = skills
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, phrases }) =>
      phrasesOf({ name, phrases }).flatMap(phrase =>
        spelled(phrase, variants, random).map(input => ({ input, label: name })),
      ),
    )
  return [
    ...rows,
    ...others.flatMap(phrase =>
      spelled(phrase, variantsElsewhere, random).map(input => ({ input, label: NONE })),
    ),
  ]
}

/** A skill's own phrases, and what else people say for it. */
export const phrasesOf = ({ name, phrases }: Phrased): string[] => [
  ...phrases,
  ...(Object.hasOwn(wordings, name) ? (wordings[name] ?? []) : []),
]

function spelled(phrase: string, count: number, random: () => number): string[] {
  return Array.from({ length: count }, (_, number) => {
    const worded = number % 2 === 1 ? reworded(phrase, random) : phrase
    const filled = worded.replace(/\{([a-zA-Z]+)\}/g, (_, field: string) =>
      number % 4 === 3 ? pick(strangers, random) : maskOfField(field),
    )
    const said = number === 0 ? filled : `${pick(before, random)}${filled}${pick(after, random)}`
    return (number % 3 === 2 ? mistyped(said, random) : said).toLowerCase()
  })
}

/** The phrase with one word or another exchanged for one that says the same. */
function reworded(phrase: string, random: () => number): string {
  let text = phrase
  for (const group of synonyms) {
    const said = group.find(word => ` ${text} `.includes(` ${word} `))
    if (said !== undefined && random() < 0.7)
      text = ` ${text} `.replace(` ${said} `, ` ${pick(group, random)} `).trim()
  }
  return text
}

const pick = (from: readonly string[], random: () => number): string =>
  from[Math.floor(random() * from.length)] ?? ''

/** The mask that stands in a question where a field's value was found. */
export function maskOfField(field: string): string {
  switch (slotKindOf(field)) {
    case 'namespace':
      return masks.namespace
    case 'incident':
      return masks.incident
    case 'commit':
      return masks.commit
    case 'since':
    case 'until':
    case 'duration':
      return masks.time
    case 'count':
    case 'quantity':
    case 'share':
      return masks.amount
    default: {
      const [thing] = thingsOf(field)
      if (thing === 'route') return masks.route
      if (thing === 'prompt') return masks.prompt
      return thing === 'release' ? masks.release : masks.name
    }
  }
}

/** One letter left out, doubled or swapped with the next, not in a mask. */
function mistyped(text: string, random: () => number): string {
  const words = text.split(' ')
  const places = words.flatMap((word, place) => (word.length > 3 && !/^x\w+x$/.test(word) ? [place] : []))
  const place = places[Math.floor(random() * places.length)]
  if (place === undefined) return text
  const word = words[place] ?? ''
  const at = Math.floor(random() * (word.length - 1))
  const kind = Math.floor(random() * 3)
  words[place] =
    kind === 0
      ? word.slice(0, at) + word.slice(at + 1)
      : kind === 1
        ? `${word.slice(0, at)}${word[at]}${word.slice(at)}`
        : `${word.slice(0, at)}${word[at + 1]}${word[at]}${word.slice(at + 2)}`
  return words.join(' ')
}
