import type { Edit } from '../diff/edit.ts'
import { type DiffClass, type Hit, type Produces, quoted } from './diff-class.ts'

const elsewhere: Produces = {
  refused: 1,
  dns: 1,
  'not-found': 0.8,
  timeout: 0.8,
  unreachable: 0.8,
  error: 0.7,
  unauthorized: 0.6,
  forbidden: 0.6,
  certificate: 0.7,
  schema: 0.5,
  'wrong-data': 0.5,
  silence: 0.7,
  'traffic-down': 0.6,
  'config-missing': 0.4,
  backlog: 0.6,
  latency: 0.6,
  startup: 0.6,
  'stale-data': 0.4,
  'retrieval-empty': 0.5,
  restarts: 0.4,
}
const missing: Produces = {
  'config-missing': 1,
  startup: 1,
  crash: 0.9,
  restarts: 0.8,
  error: 0.7,
  unauthorized: 0.6,
  refused: 0.4,
  schema: 0.2,
  'wrong-data': 0.3,
  forbidden: 0.4,
  timeout: 0.3,
}
const notReached: Produces = {
  refused: 1,
  probe: 1,
  'not-found': 0.8,
  'traffic-down': 0.8,
  restarts: 0.8,
  error: 0.7,
  unreachable: 0.7,
  timeout: 0.6,
  silence: 0.5,
}
const closed: Produces = {
  timeout: 0.9,
  refused: 0.9,
  unreachable: 1,
  dns: 0.6,
  forbidden: 0.7,
  error: 0.6,
  reset: 0.5,
  silence: 0.5,
  'traffic-down': 0.5,
  'not-found': 0.4,
}

const place =
  /(host|hostname|url|uri|endpoint|address|addr|dsn|broker|bootstrap|server|upstream|backend|region|bucket|topic|queue|database|dbname|schema|index|namespace|cluster|base_?url|domain|zone|proxy|channel|arn|path|prefix|route)s?["']?$/i
const reached =
  /(probe|httpget|livenessprobe|readinessprobe|startupprobe|targetport|containerport|nodeport|selector|matchlabels|serviceport|port|healthcheck|initialdelayseconds|periodseconds|failurethreshold|timeoutseconds|path|ingressclassname|servicename|labels)\b/i
const fence =
  /networkpolicy|securitygroup|security_group|firewall|ingress\b|egress|cidr|allowlist|denylist|authorizationpolicy|peerauthentication|mtls|ipblock|acl\b|nacl|waf|deny|block(ed)?_?(ips?|countries|agents)/i

/** Where things are, how they are reached, and what they need to know to start. */
export const wiringChanged: DiffClass = {
  name: 'wiring-changed',
  fault: 'config',
  find: edit => [
    ...places(edit),
    ...references(edit),
    ...checks(edit),
    ...lost(edit),
    ...reach(edit),
    ...fences(edit),
  ],
}

const places = ({ settings }: Edit): Hit[] =>
  settings.flatMap(({ name, before, after, line, file }): Hit[] => {
    if (!before || !after || before.number !== undefined || !place.test(name.replace(/#\d+$/, ''))) return []
    if (/^(true|false|null|nil)$/.test(after.text) || file.role === 'manifest' || file.role === 'prompt')
      return []
    const literal = file.role !== 'code' || /["'`]/.test(line)
    if (!literal) return []
    return [
      {
        says: `sets ${name} to ${after.text} instead of ${before.text}`,
        file: file.path,
        strength: 0.85,
        produces: elsewhere,
      },
    ]
  })

/** Another object or key is named than before; whether it is there the diff does not tell. */
const references = ({ settings, files }: Edit): Hit[] =>
  settings.flatMap(({ name, before, after, file }): Hit[] => {
    if (!before || !after || file.role !== 'config' || before.number !== undefined) return []
    const named =
      /(^|[._-])(key|name|secretname|configmapname|claimname|serviceaccountname|storageclassname|priorityclassname|runtimeclassname|ref|mountpath|subpath|volume)$/i.test(
        name,
      )
    const refers = /secret|configmap|keyref|envfrom|volume|claim|serviceaccount|class|ref\b/i.test(
      `${name} ${file.context.join(' ')}`,
    )
    if (!named || !refers) return []
    const other = files.some(({ added }) =>
      added.some(line => line.includes(`kind: Secret`) || line.includes('kind: ConfigMap')),
    )
    return [
      {
        says: `refers to ${after.text} instead of ${before.text} (${name})`,
        file: file.path,
        strength: other ? 0.6 : 0.85,
        produces: { ...missing, restarts: 0.95, 'not-found': 0.6, scheduling: 0.4, forbidden: 0.5 },
      },
    ]
  })

const lost = ({ settings, files }: Edit): Hit[] => {
  const hits: Hit[] = settings.flatMap(({ name, before, after, file }): Hit[] => {
    if (!before || after || file.role !== 'config') return []
    return [{ says: `no longer sets ${name}`, file: file.path, strength: 0.65, produces: missing }]
  })
  for (const file of files) {
    const read =
      /\b(?:os\.(?:environ(?:\.get)?|getenv)|process\.env|getenv|viper\.get\w*|config\.(?:get|must)\w*|env\(|@value|secretkeyref|configmapkeyref|valuefrom)\b.{0,100}/i
    const [old, now] = [
      file.removed.filter(line => read.test(line)),
      file.added.filter(line => read.test(line)),
    ]
    const fresh = now.find(line => !old.includes(line))
    if (fresh !== undefined)
      hits.push({
        says: `needs a setting under ${old.length > 0 ? 'another name' : 'a new name'}: ${quoted(fresh)}`,
        file: file.path,
        strength: old.length > 0 ? 0.8 : 0.6,
        produces: missing,
      })
  }
  return hits.slice(0, 8)
}

const reach = ({ settings, files }: Edit): Hit[] =>
  settings.flatMap(({ name, before, after, file }): Hit[] => {
    if (!before || !after || file.role !== 'config' || !reached.test(name)) return []
    const probing =
      /probe|health|threshold|initialdelay|period/i.test(name) ||
      files.some(other => other.context.some(line => /Probe:|httpGet:/.test(line)))
    return [
      {
        says: `sets ${name} to ${after.text} instead of ${before.text}`,
        file: file.path,
        strength: probing ? 0.8 : 0.85,
        produces: notReached,
      },
    ]
  })

const fences = ({ files }: Edit): Hit[] =>
  files.flatMap((file): Hit[] => {
    const about = fence.test(file.path) || [...file.context, ...file.told].some(line => fence.test(line))
    const changed = [...file.added, ...file.removed].find(
      line =>
        fence.test(line) ||
        (about &&
          /port|from|to|cidr|podselector|namespaceselector|protocol|source|destination|allow|deny/i.test(
            line,
          )),
    )
    if (changed === undefined || (file.role !== 'config' && file.role !== 'code')) return []
    return [
      {
        says: `changes who may reach whom: ${quoted(changed)}`,
        file: file.path,
        strength: file.role === 'config' ? 0.9 : 0.45,
        produces: closed,
      },
    ]
  })

/** A health check that asks others is only as healthy as they are. */
const checks = ({ files }: Edit): Hit[] =>
  files.flatMap((file): Hit[] => {
    if (
      file.role !== 'code' ||
      !/health|ready|readiness|liveness|probe/i.test(`${file.path} ${file.context.join(' ')}`)
    )
      return []
    const asks = file.added.find(
      line =>
        /ping|check|query|\.(get|do|call|status)\w*\(|select 1/i.test(line) &&
        !/^func|^def|^function/.test(line),
    )
    const refuses = file.added.some(line =>
      /50\d|unavailable|unhealthy|not.?ready|return (false|err)|raise|throw/i.test(line),
    )
    if (asks === undefined || !refuses) return []
    return [
      {
        says: `calls itself unhealthy when something else is: ${quoted(asks)}`,
        file: file.path,
        strength: 0.8,
        produces: { ...notReached, cpu: 0.2 },
      },
    ]
  })
