import { stemOf } from './words.ts'

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '))
const stems = (words: string): ReadonlySet<string> => new Set(words.split(' ').map(stemOf))

/** Words that open a turn and claim nothing. */
export const openers = set(
  'yes yeah yea yep no nope oh ah well so ok okay right sure true wow hi hello hey indeed actually and but also lol haha',
)
export const firstPerson = set('i im me my mine we us our ive id ill')
export const negations = set(
  'not no never none nor nt dont doesnt didnt isnt arent wasnt werent wont cant cannot couldnt shouldnt wouldnt havent hasnt hadnt without neither',
)
/** Judgements a speaker adds of his own. */
export const opinions = stems(
  'love like enjoy favorite favourite hate great good best cool nice amazing awesome beautiful fun interesting wonderful bad terrible glad happy sad sorry hope wish lovely delicious fantastic pretty crazy funny weird impressive',
)
/** Meanings near enough that one may stand for the other: common words and irregular forms, nothing of one topic. */
const groups = [
  'america usa us',
  'britain uk',
  'movie film',
  'buy purchase bought',
  'begin start beginning began begun',
  'big large',
  'child kid children',
  'person people',
  'television tv',
  'many several various numerous',
  'call known refer name',
  'make made produce',
  'write written wrote',
  'locate situated',
  'country nation',
  'also too',
  'although though',
  'grow grew grown',
  'become became',
  'sing sang sung',
  'win won',
  'place location',
  'kind type form',
  'allow permit',
  'create creation',
  'color colour',
  'use utilize',
  'help aid assist',
  'show display',
  'live reside',
  'come came',
  'give gave given',
  'take took taken',
  'job occupation profession',
  'car automobile',
  'doctor physician',
]
const heads = new Map(
  groups.flatMap(group => {
    const [head = '', ...rest] = group.split(' ').map(stemOf)
    return rest.map((stem): [string, string] => [stem, head])
  }),
)

/** One word for all that mean the same here. */
export const canonical = (stem: string): string => heads.get(stem) ?? stem
