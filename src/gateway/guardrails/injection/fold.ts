/**
 * Folds a UTF-16 unit to the letter or digit a reader takes it for: case, accents, full-width forms and the Cyrillic
 * and Greek letters that look Latin (after Unicode UTS 39, confusables). 0 = not part of a word.
 */
export const fold = foldTable()

function foldTable(): Uint16Array {
  const table = new Uint16Array(0x10000)
  for (let unit = 0; unit < 0x10000; unit++) {
    if (unit >= 0x2000 && unit < 0x2070) continue
    // Han, kana and Hangul stand for themselves: normalising 50,000 of them would only slow the start.
    if (unit >= 0x2e80 && unit < 0xfb00) {
      table[unit] = unit >= 0xd800 && unit < 0xf900 ? 0 : unit >= 0x3000 && unit < 0x3040 ? 0 : unit
      continue
    }
    const text = String.fromCharCode(unit).normalize('NFKD').toLowerCase()
    if (/^[\p{L}\p{N}]/u.test(text)) table[unit] = text.charCodeAt(0)
  }
  const looksLike = {
    а: 'a',
    в: 'b',
    е: 'e',
    к: 'k',
    м: 'm',
    н: 'h',
    о: 'o',
    р: 'p',
    с: 'c',
    т: 't',
    у: 'y',
    х: 'x',
    і: 'i',
    ј: 'j',
    ѕ: 's',
    ԁ: 'd',
    ɡ: 'g',
    α: 'a',
    β: 'b',
    ε: 'e',
    ι: 'i',
    κ: 'k',
    ν: 'v',
    ο: 'o',
    ρ: 'p',
    τ: 't',
    υ: 'u',
    χ: 'x',
    ı: 'i',
  }
  for (const [from, to] of Object.entries(looksLike)) {
    table[from.charCodeAt(0)] = to.charCodeAt(0)
    table[from.toUpperCase().charCodeAt(0)] = to.charCodeAt(0)
  }
  return table
}
