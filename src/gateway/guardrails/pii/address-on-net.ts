import { isIP } from 'node:net'
import type { PiiSpan } from './span.ts'
import { isAsciiLetter, isDigit, isWord } from './text-scan.ts'

/** The local part and each label of a domain (RFC 5321, RFC 1035). */
const LOCAL_MAX = 64
const DOMAIN_MAX = 253
const URL_MAX = 2048

/** E-mail addresses: found from their @ outwards, so that a text without one costs a search for one character. */
export function findEmails(text: string): PiiSpan[] {
  const spans: PiiSpan[] = []
  let after = 0
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at
    while (start > after && at - start < LOCAL_MAX && isLocal(text.charCodeAt(start - 1))) start--
    while (start < at && text[start] === '.') start++
    const end = domainEnd(text, at + 1)
    if (start === at || end === undefined || text[at - 1] === '.') continue
    spans.push({ start, end, type: 'EMAIL_ADDRESS', score: 0.99 })
    after = end
  }
  return spans
}

/** Where a domain with a top level of two letters or more ends. */
function domainEnd(text: string, start: number): number | undefined {
  let end = start
  while (end < text.length && end - start < DOMAIN_MAX && isDomain(text.charCodeAt(end))) end++
  while (end > start && /[.-]/.test(text[end - 1] ?? '')) end--
  const domain = text.slice(start, end)
  const dot = start + domain.lastIndexOf('.')
  if (dot <= start || end - dot < 3) return undefined
  for (let i = dot + 1; i < end; i++) {
    const code = text.charCodeAt(i)
    if (isDigit(code) || code === 45) return undefined
  }
  return domain.includes('..') ? undefined : end
}

const isLocal = (code: number): boolean =>
  isWord(code) ||
  (code < 128 && ".!#$%&'*+/=?^`{|}~-".includes(String.fromCharCode(code)) && code !== 47 && code !== 39)
const isDomain = (code: number): boolean => (isWord(code) && code !== 95) || code === 46 || code === 45

const urlHead = /\b(?:https?|ftp):\/\/|\bwww\.(?=[a-z\d])/gi
const urlBody = /[^\s<>"'`{}|\\^\u00a0\u2018-\u201f\u3000-\u303f]/
const trailing = /[.,;:!?*_)\]]/

/** Whole URLs, without the punctuation of the sentence around them. */
export function findUrls(text: string): PiiSpan[] {
  const spans: PiiSpan[] = []
  urlHead.lastIndex = 0
  for (let match = urlHead.exec(text); match; match = urlHead.exec(text)) {
    const start = match.index
    const body = urlHead.lastIndex
    let end = body
    while (end < text.length && end - start < URL_MAX && urlBody.test(text[end] ?? '')) end++
    // A closing parenthesis belongs to a URL that opened one, as in encyclopedias.
    const opened = text.indexOf('(', body)
    const closing = opened >= 0 && opened < end
    while (end > body && trailing.test(text[end - 1] ?? '') && !(closing && text[end - 1] === ')')) end--
    urlHead.lastIndex = Math.max(end, body)
    if (end - body < 3) continue
    spans.push({ start, end, type: 'DOMAIN_NAME', score: 1 })
  }
  return spans
}

const VERSION_WORDS =
  /(\bversions?|\bver\.?|\brelease|\bv\.?|§|\bsection|\bchapter)\s*(?:[\d.]{5,15} (?:to|and|or|,) )?$/i
const ipv4 = /\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/g
const IPV6_MAX = 45

/** IP addresses that parse; four numbers with dots that follow "version" are none. */
export function findIps(text: string): PiiSpan[] {
  const spans: PiiSpan[] = []
  if (text.includes('.')) {
    ipv4.lastIndex = 0
    for (let match = ipv4.exec(text); match; match = ipv4.exec(text)) {
      const start = match.index
      const end = start + match[0].length
      const before = text.charCodeAt(start - 1)
      const dotAfter = text[end] === '.' && isDigit(text.charCodeAt(end + 1))
      if (isWord(before) || before === 46 || isWord(text.charCodeAt(end)) || dotAfter) continue
      if (isIP(match[0]) !== 4 || VERSION_WORDS.test(text.slice(Math.max(0, start - 32), start))) continue
      spans.push({ start, end, type: 'IP_ADDRESS', score: 0.97 })
    }
  }
  findIpv6(text, spans)
  return spans
}

function findIpv6(text: string, spans: PiiSpan[]): void {
  let after = 0
  for (let colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', Math.max(colon + 1, after))) {
    let start = colon
    while (start > after && colon - start < 5 && isIpv6(text.charCodeAt(start - 1))) start--
    let end = colon
    while (end < text.length && end - start <= IPV6_MAX && isIpv6(text.charCodeAt(end))) end++
    after = end
    while (end > start && (text[end - 1] === '.' || (text[end - 1] === ':' && text[end - 2] !== ':'))) end--
    const found = text.slice(start, end)
    if (found.split(':').length < 4 || !/\d/.test(found) || isIP(found) !== 6) continue
    if (isWord(text.charCodeAt(start - 1)) || isWord(text.charCodeAt(end))) continue
    spans.push({ start, end, type: 'IP_ADDRESS', score: 0.97 })
  }
}

const isIpv6 = (code: number): boolean =>
  isDigit(code) || code === 58 || code === 46 || (isAsciiLetter(code) && (code | 32) <= 102)
