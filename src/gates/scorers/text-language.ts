import { detect } from 'tinyld'

/** Characters that are looked at; more text says nothing new, and costs more than its length. */
const SAMPLE = 1000

/**
 * The language most of a text is written in, as ISO 639-1 code, or undefined when it can not be told. By script where
 * one language owns it, by frequent words for languages of a script that tinyld lacks, else by tinyld's n-grams.
 */
export function languageOf(text: string): string | undefined {
  const sample = text.slice(0, SAMPLE).toWellFormed()
  const letters = sample.match(/\p{L}/gu)?.length ?? 0
  if (letters === 0) return undefined
  for (const [pattern, language] of scripts)
    if (2 * (sample.match(pattern)?.length ?? 0) > letters)
      return typeof language === 'string' ? language : language(wordsOf(sample))
  const words = wordsOf(sample)
  if (shareOf(words, swahili) >= 0.15 && new Set(words.filter(word => swahili.has(word))).size >= 2)
    return 'sw'
  return detect(sample) || undefined
}

/** Words with the vowel signs and joiners that belong to them. */
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{M}\u200c\u200d]+/gu) ?? []

const shareOf = (words: string[], frequent: ReadonlySet<string>): number =>
  words.filter(word => frequent.has(word)).length / Math.max(1, words.length)

function devanagari(words: string[]): string {
  const hindi = shareOf(words, frequentHindi)
  const marathi =
    shareOf(words, frequentMarathi) + words.filter(word => word.includes('ळ')).length / words.length
  const nepali = words.filter(word => /^(छ|छन्|छैन|पनि|र|हो|गर्न)$|(को|मा|लाई|हरू|ले|न्छ)$/u.test(word)).length
  const shares = { hi: hindi, mr: marathi, ne: (nepali / words.length) * 0.7 }
  if (shares.mr > shares.hi && shares.mr >= shares.ne) return 'mr'
  return shares.ne > shares.hi ? 'ne' : 'hi'
}

const setOf = (words: string): ReadonlySet<string> => new Set(words.split(' '))

const frequentHindi = setOf(
  'है हैं का के की में से और को पर यह वह ने भी नहीं था थे थी हो एक कि जो तो ही लिए इस उस कर किया अपने या',
)
const frequentMarathi = setOf(
  'आहे आहेत आणि नाही च्या हे ते हा ही या होते होता मध्ये साठी एक व किंवा म्हणून पण तर जे झाले केले असते त्या त्याच्या माझ्या आपल्या',
)
const swahili = setOf(
  'na ya wa kwa ni katika za cha kuwa hii hiyo kama yake yangu pia lakini kwenye ambayo ambao vya hivyo kila watu mtu sana huo hilo nini hata bila mimi wewe yeye',
)

/** tinyld has the other scripts. */
const scripts: readonly [RegExp, string | ((words: string[]) => string)][] = [
  [/[\p{Script=Devanagari}&&\p{L}]/gv, devanagari],
  [/[\p{Script=Gurmukhi}&&\p{L}]/gv, 'pa'],
  [/[\p{Script=Malayalam}&&\p{L}]/gv, 'ml'],
  [/[\p{Script=Oriya}&&\p{L}]/gv, 'or'],
  [/[\p{Script=Sinhala}&&\p{L}]/gv, 'si'],
  [/[\p{Script=Lao}&&\p{L}]/gv, 'lo'],
]
