/**
 * Text as a sparse vector: hashed word n-grams and character n-grams (Weinberger et al. 2009, "Feature hashing
 * for large scale multitask learning"). Trainer and runtime share this file, so both see the same features.
 */
export interface FeatureOptions {
  /** Buckets are 2^bits. */
  bits: number
  /** Words in the longest word n-gram; 0 leaves words out. */
  words: number
  /** Shortest and longest character n-gram; longest 0 leaves characters out. */
  charactersFrom: number
  charactersTo: number
  /** UTF-16 units of a text that are read; what follows is ignored. */
  maxCharacters: number
}

/** The distinct buckets of one text with their counts; valid until the next call of the extractor. */
export interface Features {
  count: number
  buckets: Uint32Array
  occurrences: Uint32Array
}

const SPACE = 32
const WORD = 0x9e3779b9
const OFFSET = 0x811c9dc5

/** Makes an extractor with buffers of its own; its work is linear in `maxCharacters`, whatever the text. */
export function createExtractor(options: FeatureOptions): (text: string) => Features {
  const { bits, words, charactersFrom, charactersTo, maxCharacters } = options
  const perUnit = words + Math.max(0, charactersTo - charactersFrom + 1)
  const capacity = Math.min(2 ** bits, (maxCharacters + 2) * Math.max(1, perUnit))
  const features: Features = {
    count: 0,
    buckets: new Uint32Array(capacity),
    occurrences: new Uint32Array(capacity),
  }
  const units = new Uint16Array(maxCharacters + 2)
  // slots[bucket] - base is the bucket's place in this text; places of earlier texts lie below base.
  const slots = new Uint32Array(2 ** bits)
  const history = new Int32Array(Math.max(1, words))
  let base = 1

  const add = (hash: number) => {
    const bucket = mixed(hash) >>> (32 - bits)
    const place = slots[bucket] ?? 0
    if (place >= base) {
      features.occurrences[place - base] = (features.occurrences[place - base] ?? 0) + 1
      return
    }
    slots[bucket] = base + features.count
    features.buckets[features.count] = bucket
    features.occurrences[features.count++] = 1
  }

  const addCharacters = (length: number) => {
    for (let start = 0; start < length; start++) {
      const end = Math.min(length, start + charactersTo)
      let hash = OFFSET
      for (let at = start; at < end; at++) {
        hash = Math.imul(hash ^ (units[at] ?? 0), 0x01000193)
        if (at - start + 1 >= charactersFrom) add(hash)
      }
    }
  }

  const addWord = (hash: number, seen: number) => {
    history[seen % words] = hash
    let joined = WORD
    for (let back = 0; back < words && back <= seen; back++) {
      joined = Math.imul(joined ^ (history[(seen - back) % words] ?? 0), 0x85ebca6b) ^ (joined >>> 15)
      add(joined)
    }
  }

  const addWords = (length: number) => {
    let seen = 0
    let hash = OFFSET
    let open = false
    for (let at = 0; at < length; at++) {
      const unit = units[at] ?? 0
      if (isWordUnit(unit)) {
        hash = Math.imul(hash ^ unit, 0x01000193)
        open = true
      } else if (open) {
        addWord(hash, seen++)
        hash = OFFSET
        open = false
      }
    }
  }

  return text => {
    base += capacity
    if (base > 0xffffffff - capacity) {
      slots.fill(0)
      base = 1
    }
    features.count = 0
    const length = normalise(text.slice(0, maxCharacters), units)
    if (words > 0) addWords(length)
    if (charactersTo > 0) addCharacters(length)
    return features
  }
}

/** Lower case, white space and control characters as one space, a space at either end. */
function normalise(text: string, units: Uint16Array): number {
  const lower = text.toLowerCase()
  let length = 0
  units[length++] = SPACE
  for (let at = 0; at < lower.length && length < units.length - 1; at++) {
    const unit = lower.charCodeAt(at)
    const blank = unit <= SPACE || unit === 0xa0
    if (!blank) units[length++] = unit
    else if (units[length - 1] !== SPACE) units[length++] = SPACE
  }
  if (units[length - 1] !== SPACE) units[length++] = SPACE
  return length
}

/** Letters and digits; beyond ASCII all but spaces and general punctuation, with no table that grows with Unicode. */
const isWordUnit = (unit: number): boolean =>
  unit < 128
    ? (unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57)
    : unit >= 0xc0 && !(unit >= 0x2000 && unit <= 0x206f) && !(unit >= 0x3000 && unit <= 0x303f)

/** The finaliser of MurmurHash3 (Appleby): every bit of the input moves every bit of the bucket. */
function mixed(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
