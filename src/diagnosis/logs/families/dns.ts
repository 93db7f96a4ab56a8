import { isPublic } from '../address.ts'
import { type Family, groupOf } from '../family.ts'

const host = '["\'(]?([a-z0-9][\\w.-]{0,252})'
const forms = [
  new RegExp(`lookup ${host}.{0,80}: (?:no such host|server misbehaving|.{0,60}i/o timeout)`, 'i'),
  new RegExp(`(?:ENOTFOUND|EAI_AGAIN) ${host}`),
  new RegExp(`UnknownHostException:? ${host}`),
  new RegExp(`could not (?:resolve|translate) host(?: ?name)?:? ${host}`, 'i'),
  new RegExp(`(?:unable|failed) to resolve (?:host )?(?:address )?${host}`, 'i'),
  new RegExp(`${host}["')]?:? (?:Name or service not known|Temporary failure in name resolution)`, 'i'),
  new RegExp(`host not found in upstream ${host}`, 'i'),
  new RegExp(`bad address ${host}`, 'i'),
]
const nameless =
  /Name or service not known|Temporary failure in name resolution|nodename nor servname|no such host|getaddrinfo (?:failed|error)|NXDOMAIN|SERVFAIL/i

/** A name can not be resolved. */
export const dns: Family = {
  name: 'dns',
  class: 'dns',
  words: [
    'no such host',
    'enotfound',
    'eai_again',
    'unknownhost',
    'resolve',
    'translate host',
    'resolution',
    'not known',
    'getaddrinfo',
    'nxdomain',
    'servfail',
    'bad address',
    'misbehaving',
    'upstream',
    'lookup',
  ],
  read(text) {
    const name = forms
      .map(form => groupOf(form.exec(text)))
      .find(Boolean)
      ?.replace(/[.:]$/, '')
    if (name === undefined && !nameless.test(text)) return undefined
    const what = name ?? 'a host name'
    const temporary = /EAI_AGAIN|Temporary failure|misbehaving|SERVFAIL|timeout/i.test(text)
    return {
      means: `can not resolve ${what} by DNS${temporary ? ' (the name server does not answer)' : ' (there is no such host)'}`,
      fix: temporary
        ? 'Check CoreDNS and its upstream, and that policies let pods reach port 53.'
        : `Check how ${what} is spelled, that the Service exists in that namespace, and use its full name from other namespaces.`,
      tells: name ? 0.92 : 0.7,
      ...(name && isPublic({ text: name, host: name }) && temporary && { external: name }),
    }
  },
}
