/** Classes of code points that a person does not see and a tokenizer does. */
export type HiddenClass =
  | 'tag-characters'
  | 'bidi-override'
  | 'bidi-embedding'
  | 'zero-width'
  | 'invisible-filler'
  | 'variation-selectors'
  | 'control-characters'

/**
 * The class of the code point at `i`, null when it is visible or has an honest use where it stands: joiners and
 * selectors inside emoji and in scripts that need them, flags made of tags, line ends, tabs and a leading byte order mark.
 * Classes: Unicode 16 chapters 23.2 to 23.9 and UTR 36 section 3.
 */
export function hiddenClass(text: string, i: number): HiddenClass | null {
  const unit = text.charCodeAt(i)
  if (unit < 0x7f)
    return unit < 0x20 && unit !== 9 && unit !== 10 && unit !== 13 && unit !== 12
      ? 'control-characters'
      : null
  if (unit < 0xad) return unit === 0x85 ? null : unit < 0xa0 ? 'control-characters' : null
  if (unit === 0xdb40) return supplementary(text, i)
  if (unit < 0x200b)
    return unit === 0xad ||
      unit === 0x115f ||
      unit === 0x1160 ||
      unit === 0x17b4 ||
      unit === 0x17b5 ||
      unit === 0x180e
      ? 'invisible-filler'
      : null
  if (unit <= 0x206f) return general(text, i, unit)
  if (unit === 0x3164 || unit === 0xffa0) return 'invisible-filler'
  if (unit === 0xfeff) return i === 0 ? null : 'zero-width'
  if (unit >= 0xfe00 && unit <= 0xfe0f) return isSelector(text, i - 1) ? 'variation-selectors' : null
  return null
}

/** Tags (E0000 to E007F) and supplementary selectors (E0100 to E01EF). A flag is a black flag followed by a few tags. */
function supplementary(text: string, i: number): HiddenClass | null {
  const point = text.codePointAt(i) ?? 0
  if (point <= 0xe007f) return isFlag(text, i) ? null : 'tag-characters'
  return point >= 0xe0100 && point <= 0xe01ef && isSelector(text, i - 2) ? 'variation-selectors' : null
}

function isFlag(text: string, i: number): boolean {
  for (let back = i, steps = 0; steps < 8 && back >= 2; steps++, back -= 2)
    if (text.codePointAt(back - 2) === 0x1f3f4) return true
  return false
}

function isSelector(text: string, i: number): boolean {
  const point = i < 0 ? 0 : (text.codePointAt(i) ?? 0)
  return (point >= 0xfe00 && point <= 0xfe0f) || (point >= 0xe0100 && point <= 0xe01ef)
}

function general(text: string, i: number, unit: number): HiddenClass | null {
  if (unit === 0x200c || unit === 0x200d) return joins(text, i) ? null : 'zero-width'
  if (unit === 0x200b || unit === 0x2060) return 'zero-width'
  if (unit === 0x202d || unit === 0x202e) return 'bidi-override'
  if ((unit >= 0x202a && unit <= 0x202c) || (unit >= 0x2066 && unit <= 0x2069)) return 'bidi-embedding'
  return unit >= 0x2061 && unit <= 0x206f ? 'invisible-filler' : null
}

/** Joiners are letters' business in Arabic, Indic and other scripts, and glue inside emoji sequences. */
function joins(text: string, i: number): boolean {
  const before = i === 0 ? 0 : text.charCodeAt(i - 1)
  const after = i + 1 < text.length ? text.charCodeAt(i + 1) : 0
  return shapes(before) && shapes(after)
}

function shapes(unit: number): boolean {
  return (
    (unit >= 0x0600 && unit < 0x1000) ||
    (unit >= 0x1780 && unit < 0x18b0) ||
    (unit >= 0x2190 && unit < 0x2c00) ||
    unit === 0xfe0f ||
    (unit >= 0xd800 && unit <= 0xdfff)
  )
}
