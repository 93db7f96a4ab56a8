/**
 * Countries and what belongs to them come from the names that Unicode's CLDR gives, so no list of ours can age.
 * Towns have no such list: they are found by the words around them, in `name.ts`.
 */
export interface Places {
  countries: ReadonlySet<string>
  /** Adjectives and people of a country, in lower case: `slovenian`, `dutch`. */
  nationalities: ReadonlySet<string>
}

let known: Places | undefined

/** Made when first asked for: texts are seldom searched for places. */
export function places(): Places {
  known ??= make()
  return known
}

function make(): Places {
  const countries = new Set([
    'America',
    'USA',
    'England',
    'Scotland',
    'Wales',
    'Czech Republic',
    'Korea',
    'Holland',
    'Russia',
    'Turkey',
  ])
  const nationalities = new Set(
    'american british scottish welsh swiss belgian canadian australian mexican brazilian indian european asian african greek irish peruvian norwegian cypriot argentine filipino chechen'.split(
      ' ',
    ),
  )
  const regions = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })
  const languages = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' })
  for (const first of letters)
    for (const second of letters) {
      const region = regions.of(first + second)
      if (region && !/[()&]|^(?:EU|UN|Eurozone|.*Pseudo.*|World|Unknown.*)$/.test(region))
        countries.add(region)
      const language = languages.of((first + second).toLowerCase())
      // Names of two words and of dead languages are no people.
      if (language && /^[A-Z][a-z]{3,}$/.test(language)) nationalities.add(language.toLowerCase())
    }
  for (const country of countries) for (const name of demonyms(country.toLowerCase())) nationalities.add(name)
  return { countries, nationalities }
}

const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']

/** The regular ways English makes an adjective of a country's name. */
function demonyms(country: string): string[] {
  if (country.includes(' ')) return []
  if (country.endsWith('ia') || country.endsWith('ea') || country.endsWith('ya')) return [`${country}n`]
  if (country.endsWith('y')) return [`${country.slice(0, -1)}ian`]
  if (country.endsWith('land')) return [`${country}er`, `${country.slice(0, -4)}ish`]
  if (country.endsWith('a'))
    return [`${country}n`, `${country.slice(0, -1)}ese`, `${country.slice(0, -1)}ian`]
  if (country.endsWith('o')) return [`${country.slice(0, -1)}an`]
  return [
    `${country}an`,
    `${country}ian`,
    `${country}ean`,
    `${country}ese`,
    `${country}i`,
    `${country}ese`.replace('eese', 'ese'),
  ]
}
