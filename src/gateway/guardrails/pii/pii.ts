import { findEmails, findIps, findUrls } from './address-on-net.ts'
import { findIbans } from './iban.ts'
import { findLicences } from './identity-number.ts'
import { findNames } from './name.ts'
import { findNumbers } from './number.ts'
import { type PiiSpan, type PiiType, withoutOverlaps } from './span.ts'
import { findStreets } from './street.ts'
import { findAges, findDates } from './time.ts'

/** Personal data in a text, in order and without overlaps. Looks for the given kinds only, or for all. */
export function findPii(text: string, types?: ReadonlySet<PiiType>): PiiSpan[] {
  const wanted = (...kinds: PiiType[]) => types === undefined || kinds.some(kind => types.has(kind))
  let spans: PiiSpan[] = []
  if (wanted('EMAIL_ADDRESS') && text.includes('@')) spans = spans.concat(findEmails(text))
  if (wanted('DOMAIN_NAME')) spans = spans.concat(findUrls(text))
  if (wanted('PERSON', 'GPE', 'ORGANIZATION', 'TITLE', 'NRP')) spans = spans.concat(findNames(text))
  if (wanted('DATE_TIME')) spans = spans.concat(findDates(text))
  if (/\d/.test(text)) {
    if (wanted('AGE')) spans = spans.concat(findAges(text))
    if (wanted('STREET_ADDRESS')) spans = spans.concat(findStreets(text))
    if (wanted('IBAN_CODE')) spans = spans.concat(findIbans(text))
    if (wanted('IP_ADDRESS')) spans = spans.concat(findIps(text))
    if (wanted('US_DRIVER_LICENSE')) spans = spans.concat(findLicences(text))
    if (wanted('CREDIT_CARD', 'PHONE_NUMBER', 'US_SSN', 'ZIP_CODE')) spans = spans.concat(findNumbers(text))
  }
  return withoutOverlaps(types ? spans.filter(({ type }) => types.has(type)) : spans)
}
