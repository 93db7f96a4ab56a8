import { type CelFunc, CelScalar, celFunc, celMap, celMethod } from '@bufbuild/cel'
import { expectOpaque, type Opaque, opaque, opaqueOf } from './cel-opaque.ts'
import { type Address, canonicalAddress, parseAddress } from './ip-address.ts'

const { BOOL, DYN, INT, STRING } = CelScalar

interface Url extends Opaque {
  type: 'url'
  url: URL
  /** Without scheme and host: only the path counts. */
  pathOnly: boolean
}
interface Ip extends Opaque {
  type: 'ip'
  address: Address
}
interface Cidr extends Opaque {
  type: 'cidr'
  address: Address
  prefix: number
}

/** As Go's url.ParseRequestURI: an absolute URI, or an absolute path. */
function urlFrom(text: string) {
  const pathOnly = text.startsWith('/')
  if (/[\s\p{Cc}]/u.test(text) || (!pathOnly && !/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text))) return undefined
  const parsed = URL.parse(text, pathOnly ? 'http://localhost' : undefined)
  return parsed ? opaque({ type: 'url', url: parsed, pathOnly } as Url, text) : undefined
}

const ip = (address: Address) => opaque({ type: 'ip', address } as Ip, canonicalAddress(address))

function ipFrom(text: string) {
  const address = parseAddress(text)
  return address && ip(address)
}

const cidr = (address: Address, prefix: number) =>
  opaque({ type: 'cidr', address, prefix } as Cidr, `${canonicalAddress(address)}/${prefix}`)

function cidrFrom(text: string) {
  const [before = '', after = '', ...more] = text.split('/')
  const address = parseAddress(before)
  const prefix = Number(after)
  const valid = address && more.length === 0 && /^\d{1,3}$/.test(after) && prefix <= address.bits
  return valid ? cidr(address, prefix) : undefined
}

const masked = ({ value, bits }: Address, prefix: number): bigint =>
  (value >> BigInt(bits - prefix)) << BigInt(bits - prefix)

const within = (address: Address, { address: network, prefix }: Cidr): boolean =>
  address.bits === network.bits && masked(address, prefix) === masked(network, prefix)

/** An address, or the text of one. */
const addressOf = (value: unknown): Address => {
  const parsed = typeof value === 'string' ? ipFrom(value) : value
  return expectOpaque<Ip>(parsed, 'ip').address
}
const networkOf = (value: unknown): Cidr =>
  expectOpaque<Cidr>(typeof value === 'string' ? cidrFrom(value) : value, 'cidr')

const made = (what: string, from: (text: string) => ReturnType<typeof opaque> | undefined) =>
  celFunc(what, [STRING], DYN, text => {
    const value = from(text)
    if (value === undefined) throw new RangeError(`${JSON.stringify(text.slice(0, 60))} is no ${what}`)
    return value
  })

const urlPart = (name: string, read: (url: URL) => string, ofPath = false) =>
  celMethod(name, DYN, [], STRING, function () {
    const { url, pathOnly } = expectOpaque<Url>(this, 'url')
    return pathOnly && !ofPath ? '' : read(url)
  })

/** Ranges of both families (RFC 4291, 5735): network and length. */
const inRange = (name: string, v4: string, v6: string) =>
  celMethod(name, DYN, [], BOOL, function () {
    const address = addressOf(this)
    return within(address, networkOf(address.bits === 32 ? v4 : v6))
  })

const special = ['127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '255.255.255.255/32', '0.0.0.0/32'].concat([
  '::1/128',
  'fe80::/10',
  'ff00::/8',
  '::/128',
])

/** URLs, addresses and ranges of Kubernetes' CEL (apiserver: pkg/cel/library/{urls,ip,cidr}.go). */
export const network: readonly CelFunc[] = [
  made('url', urlFrom),
  celFunc('isURL', [STRING], BOOL, text => urlFrom(text) !== undefined),
  urlPart('getScheme', url => url.protocol.replace(/:$/, '')),
  urlPart('getHost', url => url.host),
  urlPart('getHostname', url => url.hostname.replace(/^\[|\]$/g, '')),
  urlPart('getPort', url => url.port),
  urlPart('getEscapedPath', url => url.pathname, true),
  celMethod('getQuery', DYN, [], DYN, function () {
    const { url } = expectOpaque<Url>(this, 'url')
    const query = new Map<string, string[]>()
    for (const [name, value] of url.searchParams) query.set(name, [...(query.get(name) ?? []), value])
    return celMap(query)
  }),
  made('ip', ipFrom),
  celFunc('isIP', [STRING], BOOL, text => ipFrom(text) !== undefined),
  celFunc('ip.isCanonical', [STRING], BOOL, text => {
    const address = parseAddress(text)
    if (!address) throw new RangeError(`${JSON.stringify(text.slice(0, 60))} is no ip`)
    return canonicalAddress(address) === text
  }),
  celMethod('family', DYN, [], INT, function () {
    return addressOf(this).bits === 32 ? 4n : 6n
  }),
  inRange('isUnspecified', '0.0.0.0/32', '::/128'),
  inRange('isLoopback', '127.0.0.0/8', '::1/128'),
  inRange('isLinkLocalUnicast', '169.254.0.0/16', 'fe80::/10'),
  inRange('isLinkLocalMulticast', '224.0.0.0/24', 'ff02::/16'),
  celMethod('isGlobalUnicast', DYN, [], BOOL, function () {
    const address = addressOf(this)
    return !special.some(range => within(address, networkOf(range)))
  }),
  made('cidr', cidrFrom),
  celFunc('isCIDR', [STRING], BOOL, text => cidrFrom(text) !== undefined),
  celMethod('containsIP', DYN, [DYN], BOOL, function (value) {
    return within(addressOf(value), networkOf(this))
  }),
  celMethod('containsCIDR', DYN, [DYN], BOOL, function (value) {
    const [outer, inner] = [networkOf(this), networkOf(value)]
    return inner.prefix >= outer.prefix && within(inner.address, outer)
  }),
  celMethod('ip', DYN, [], DYN, function () {
    return ip(expectOpaque<Cidr>(this, 'cidr').address)
  }),
  celMethod('masked', DYN, [], DYN, function () {
    const { address, prefix } = networkOf(this)
    return cidr({ ...address, value: masked(address, prefix) }, prefix)
  }),
  celMethod('prefixLength', DYN, [], INT, function () {
    return BigInt(networkOf(this).prefix)
  }),
  celFunc('string', [DYN], STRING, value => {
    const found = opaqueOf(value)
    if (found?.type === 'ip') return canonicalAddress((found as Ip).address)
    const { address, prefix } = expectOpaque<Cidr>(value, 'cidr')
    return `${canonicalAddress(address)}/${prefix}`
  }),
]
