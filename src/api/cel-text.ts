import { type CelFunc, CelScalar, celFunc, celList, celMethod } from '@bufbuild/cel'
import { expectOpaque, type Opaque, opaque } from './cel-opaque.ts'
import { optionalOf } from './cel-optional.ts'
import { isDnsLabel, isDnsSubdomain, isQualifiedName } from './metadata.ts'

const { DYN, STRING } = CelScalar

interface Format extends Opaque {
  type: 'format'
  name: string
}

const value = (text: string): boolean =>
  text === '' || (text.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(text))
const dns1035 = (text: string): boolean => text.length <= 63 && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(text)
/** A prefix of a generated name may end with a hyphen. */
const prefixOf = (test: (text: string) => boolean) => (text: string) => test(text.replace(/-$/, 'a'))

/** Named formats (apiserver: pkg/cel/library/format.go) by what tells whether a text has them. */
const formats: Record<string, (text: string) => boolean> = {
  dns1123Label: isDnsLabel,
  dns1123Subdomain: isDnsSubdomain,
  dns1035Label: dns1035,
  qualifiedName: isQualifiedName,
  dns1123LabelPrefix: prefixOf(isDnsLabel),
  dns1123SubdomainPrefix: prefixOf(isDnsSubdomain),
  dns1035LabelPrefix: prefixOf(dns1035),
  labelValue: value,
  uri: text => URL.canParse(text),
  uuid: text => /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text),
  byte: text => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
  date: text => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)),
  datetime: text =>
    /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/.test(text) &&
    !Number.isNaN(Date.parse(text)),
}

const format = (name: string) => opaque({ type: 'format', name } as Format, name)

/**
 * Formats of Kubernetes' CEL (apiserver: pkg/cel/library/format.go). Its find and findAll are missing: the engine of
 * regular expressions that takes linear time says whether a text matches, and not where.
 */
export const texts: readonly CelFunc[] = [
  celFunc('format.named', [STRING], DYN, name =>
    optionalOf(Object.hasOwn(formats, name) ? format(name) : undefined),
  ),
  ...Object.keys(formats).map(name => celFunc(`format.${name}`, [], DYN, () => format(name))),
  celMethod('validate', DYN, [STRING], DYN, function (text) {
    const { name } = expectOpaque<Format>(this, 'format')
    if (formats[name]?.(text)) return optionalOf(undefined)
    return optionalOf(celList([`${JSON.stringify(text.slice(0, 100))} is not of the format ${name}`]))
  }),
]
