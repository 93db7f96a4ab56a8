import type { View, Workload } from './view.ts'
import { containersOf } from './view.ts'
import { containerCalled, quoted } from './wording.ts'

/** A Service that a workload calls, by what its variables, commands and configuration say. */
export interface DeclaredCall {
  from: Workload
  /** As it is written. */
  host: string
  service: string
  namespace: string
  port?: number
  /** How it is told, such as `env "DB_URL" of container "app"`. */
  said: string
  path: string
  /** It stands as an address, not as a mere word. */
  address: boolean
}

const most = { calls: 200, text: 50_000, texts: 500 } as const

const schemePorts: Readonly<Record<string, number>> = {
  ...{
    http: 80,
    ws: 80,
    https: 443,
    wss: 443,
    redis: 6379,
    rediss: 6379,
    mongodb: 27017,
    amqp: 5672,
    amqps: 5671,
  },
  ...{
    postgres: 5432,
    postgresql: 5432,
    mysql: 3306,
    mariadb: 3306,
    nats: 4222,
    ldap: 389,
    memcached: 11211,
  },
}
/** Programs whose first plain argument, or the one after -h, is a host. */
const connecting =
  /\b(?:wget|curl|nc|ncat|nslookup|dig|ping|telnet|pg_isready|psql|mysql|mysqladmin|redis-cli|mongosh?|getent hosts|host)\b/

export function declaredCalls(view: View): DeclaredCall[] {
  return view.workloads.flatMap(workload => {
    const found = new Map<string, DeclaredCall>()
    for (const { text, said, path, hostName } of textsOf(view, workload))
      for (const { host, port, address } of hostsIn(text.slice(0, most.text), hostName)) {
        const service = serviceOf(view, workload.namespace, host)
        const call = service && {
          from: workload,
          host,
          ...service,
          said,
          path,
          address,
          ...(port !== undefined && { port }),
        }
        if (call && found.size < most.calls)
          found.set(
            `${call.namespace}/${call.service}:${port ?? ''}`,
            found.get(`${call.namespace}/${call.service}:${port ?? ''}`) ?? call,
          )
      }
    return [...found.values()]
  })
}

interface Told {
  text: string
  said: string
  path: string
  /** The whole value is a host. */
  hostName: boolean
}

function textsOf(view: View, workload: Workload): Told[] {
  const own = containersOf(workload).flatMap(({ container, path }): Told[] => {
    const of = `${containerCalled(container.name)}`
    const ports = new Map(
      container.env.flatMap(({ name = '', value }) =>
        /_PORT$/.test(name) && value ? [[name.slice(0, -5), value]] : [],
      ),
    )
    return [
      ...container.env.flatMap(({ name = '', value }, index): Told[] => {
        if (value === undefined) return []
        const hostName = /(HOST|HOSTNAME|ADDR|ADDRESS|SERVER|SERVICE|ENDPOINT)$/i.test(name)
        const port = hostName
          ? ports.get(name.replace(/_(HOST|HOSTNAME|ADDR|ADDRESS|SERVER)$/i, ''))
          : undefined
        return [
          {
            text: port === undefined ? value : `${value}:${port}`,
            said: `env ${quoted(name)} of ${of}`,
            path: `${path}/env/${index}/value`,
            hostName,
          },
        ]
      }),
      ...[...(container.command ?? []), ...(container.args ?? [])].map(text => ({
        text,
        said: `the command of ${of}`,
        path: `${path}/command`,
        hostName: false,
      })),
    ]
  })
  const names = new Set([
    ...workload.spec.volumes.flatMap(({ configMap }) => configMap?.name ?? []),
    ...containersOf(workload).flatMap(({ container }) =>
      container.envFrom.flatMap(({ configMapRef }) => configMapRef?.name ?? []),
    ),
  ])
  const maps = [...names].sort().flatMap(name => {
    const data = view.cluster.get('ConfigMap', workload.namespace, name)?.raw.data
    if (data === null || typeof data !== 'object') return []
    return Object.entries(data).flatMap(([key, text]) =>
      typeof text === 'string'
        ? [
            {
              text,
              said: `key ${quoted(key)} of ConfigMap ${quoted(name)}`,
              path: '',
              hostName: /(HOST|ADDR|SERVER)$/i.test(key),
            },
          ]
        : [],
    )
  })
  return [...own, ...maps].slice(0, most.texts)
}

function* hostsIn(
  text: string,
  hostName: boolean,
): Generator<{ host: string; port?: number; address: boolean }> {
  for (const [, scheme = '', host = '', port] of text.matchAll(
    /\b([a-z][a-z0-9+]{0,15}):\/\/(?:[^\s/@"']{1,200}@)?([A-Za-z0-9][A-Za-z0-9.-]{0,252})(?::(\d{1,5}))?/g,
  )) {
    const known = port === undefined ? schemePorts[scheme] : Number(port)
    yield { host, address: true, ...(known !== undefined && { port: known }) }
  }
  for (const [, host = '', port] of text.matchAll(
    /(?<![\w./:@-])([a-z][a-z0-9-]{1,62}(?:\.[a-z0-9-]{1,63}){0,5}):(\d{2,5})(?![\w.:])/g,
  ))
    yield { host, port: Number(port), address: true }
  const whole = /^[a-z][a-z0-9-]{1,62}(\.[a-z0-9-]{1,63}){0,5}$/.exec(text.trim())
  if (hostName && whole) yield { host: whole[0], address: true }
  for (const line of text.split('\n', 2_000)) {
    const start = connecting.exec(line)
    if (!start) continue
    const words = line.slice(start.index, start.index + 500).split(/[\s;|&()]+/)
    const waits = /\buntil\b|\bwhile +!/.test(line.slice(0, start.index))
    const flag = words.indexOf('-h')
    const given = flag > 0 ? words[flag + 1] : words.slice(1).find(word => /^[a-z]/.test(word))
    const [host = ''] = /^[a-z][a-z0-9-]{1,62}(\.[a-z0-9-]{1,63}){0,5}$/.exec(given ?? '') ?? []
    const port = words.find(word => /^\d{2,5}$/.test(word) && Number(word) > 20)
    if (host !== '')
      yield {
        host,
        // Whoever waits for a name to answer means one.
        address: waits || (/^(nc|ncat)/.test(words[0] ?? '') && port !== undefined),
        ...(port !== undefined && /^(nc|ncat|telnet)/.test(words[0] ?? '') && { port: Number(port) }),
      }
  }
}

/** The Service that a host names, seen from a namespace (kubernetes.io/docs/concepts/services-networking/dns-pod-service). */
function serviceOf(
  { cluster }: View,
  namespace: string,
  host: string,
): { service: string; namespace: string } | undefined {
  const [name = '', second, third] = host.toLowerCase().split('.')
  if (name === '' || /^\d+$/.test(name) || name === 'localhost') return undefined
  if (second === undefined) return { service: name, namespace }
  if (third === 'svc' || (cluster.namespaces.includes(second) && third === undefined))
    return { service: name, namespace: second }
  // A pod of a StatefulSet behind its Service.
  if (third === undefined && cluster.find('Service', namespace, second)) return { service: second, namespace }
  return undefined
}
