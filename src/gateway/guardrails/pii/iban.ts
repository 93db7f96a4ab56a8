import type { PiiSpan } from './span.ts'
import { isDigit, isWord } from './text-scan.ts'

/** Length of an IBAN by country: SWIFT IBAN registry. */
const lengths = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 ' +
    'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 ' +
    'LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 ' +
    'RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map(entry => [entry.slice(0, 2), Number(entry.slice(2))]),
)

const head = /[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z\d]{2})/g

/** International bank account numbers (ISO 13616), written together or in groups, with their check digits right. */
export function findIbans(text: string): PiiSpan[] {
  const spans: PiiSpan[] = []
  head.lastIndex = 0
  for (let match = head.exec(text); match; match = head.exec(text)) {
    const { index } = match
    const length = lengths.get(match[0].slice(0, 2).toUpperCase())
    if (length === undefined || (index > 0 && isWord(text.charCodeAt(index - 1)))) continue
    const end = endOf(text, index, length)
    if (end === undefined || !passesMod97(text.slice(index, end))) continue
    spans.push({ start: index, end, type: 'IBAN_CODE', score: 0.99 })
    head.lastIndex = end
  }
  return spans
}

/** Where so many letters and digits end, single spaces or hyphens between them allowed. */
function endOf(text: string, start: number, length: number): number | undefined {
  let count = 0
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const separator = code === 32 || code === 45 || code === 0xa0
    if (separator && (count === 0 || !isAlphanumeric(text.charCodeAt(i + 1)))) return undefined
    if (separator) continue
    if (!isAlphanumeric(code)) return undefined
    count += 1
    if (count === length) return i + 1 < text.length && isWord(text.charCodeAt(i + 1)) ? undefined : i + 1
  }
  return undefined
}

const isAlphanumeric = (code: number): boolean => isDigit(code) || ((code | 32) >= 97 && (code | 32) <= 122)

/** ISO 7064 MOD 97-10 over the rearranged number, digit by digit. */
function passesMod97(iban: string): boolean {
  const compact = iban.replace(/[ \-\u00a0]/g, '').toUpperCase()
  let rest = 0
  for (let i = 0; i < compact.length; i++) {
    const code = compact.charCodeAt((i + 4) % compact.length)
    rest = isDigit(code) ? (rest * 10 + code - 48) % 97 : (rest * 100 + code - 55) % 97
  }
  return rest === 1
}
