/** A host, with a port where there is one, as it stands in a text. */
export interface Address {
  text: string
  host: string
  port?: number
}

const label = '[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?'
const name = `${label}(?:\\.${label}){0,8}`
const url = new RegExp(
  `\\b[a-z][a-z0-9+]{1,20}://(?:[^\\s/@"']{1,200}@)?(${name}|\\[[0-9a-f:]{2,45}\\])(?::(\\d{2,5}))?`,
  'i',
)
const withPort = new RegExp(`(?<![\\w./:-])/?(${name}|\\[[0-9a-f:]{2,45}\\]):(\\d{2,5})(?!\\w|:\\w)`, 'gi')
const ip = /(?<![\w.])(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![\w.]*\.\d)/
const hostWord = new RegExp(
  `\\b(?:host|hostname|server|address|addr)(?: name)?[=: ]{1,3}["']?(${label}(?:\\.${label}){1,8})`,
  'i',
)
/** Without a port, a name is a host only where the words say so; classes have names like hosts too. */
const named =
  /\b(?:at|to|from|reach|for|with) ["'`]?((?:[a-z0-9][a-z0-9-]{0,62}\.){1,8}[a-z]{2,24})(?=["'`]?(?:[\s,;:]|\.(?:\s|$)|$))/
/** Files have lines where hosts have ports. */
const file =
  /\.(?:java|kt|scala|py|rb|js|ts|mjs|cjs|jsx|tsx|go|rs|c|cc|cpp|h|cs|php|pl|ex|erl|clj|lua|sh|sql|yaml|yml|json|xml|conf|log|txt|html)$/i

/** The first network address in a text: of a URL, `host:port`, or an IP address. */
export function addressIn(text: string): Address | undefined {
  const head = text.slice(0, 4000)
  const ofUrl = url.exec(head)
  if (ofUrl?.[1] !== undefined) return addressOf(ofUrl[1], ofUrl[2])
  for (const [, host = '', port] of head.matchAll(withPort)) {
    const words = /[a-z]/i.test(host) || /^\d{1,3}(\.\d{1,3}){3}$/.test(host)
    if (
      words &&
      !file.test(host) &&
      !/^(line|at|pid|port|code|status|error|time|T\d{2}|\d{1,2}T\d{2})$/i.test(host) &&
      !/T\d{2}$/.test(host)
    )
      return addressOf(host, port)
  }
  const bare = ip.exec(head)?.[1] ?? hostWord.exec(head)?.[1] ?? named.exec(head)?.[1]
  return bare === undefined || file.test(bare) ? undefined : addressOf(bare, undefined)
}

function addressOf(host: string, port: string | undefined): Address {
  const number = port === undefined ? undefined : Number(port)
  return number === undefined || number > 65_535
    ? { text: host, host }
    : { text: `${host}:${number}`, host, port: number }
}

/** Whether a name is of the public internet, and no address or name of a cluster. */
export function isPublic({ host }: Address): boolean {
  const name_ = host.toLowerCase()
  if (/^[\d.]+$/.test(name_) || name_.startsWith('[')) return false
  return (
    /\.[a-z]{2,24}$/.test(name_) &&
    !/\.(local|internal|svc|cluster|lan|test|example|localhost|corp|intra|home)$/.test(name_) &&
    !/\.svc(\.|$)/.test(name_)
  )
}
