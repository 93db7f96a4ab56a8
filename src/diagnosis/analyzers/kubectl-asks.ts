import type { Container } from '../cluster/pod.ts'
import { plain } from './wording.ts'

/** What a command asks of the API server. */
export interface Ask {
  verb: string
  /** Plural, with subresource, such as `pods/log`. */
  resource: string
  /** API group; `?` when it is not known. */
  group: string
  namespace: string
  command: string
}

const verbs: Readonly<Record<string, readonly string[]>> = {
  get: ['list'],
  describe: ['get'],
  delete: ['delete'],
  create: ['create'],
  apply: ['get', 'create'],
  patch: ['patch'],
  edit: ['patch'],
  label: ['patch'],
  annotate: ['patch'],
  scale: ['patch'],
  rollout: ['patch'],
}

/** Words of kubectl for kinds, and what they are called in roles. */
const resources: Readonly<Record<string, readonly [resource: string, group: string]>> = Object.fromEntries(
  (
    'po pod pods=pods;svc service services=services;cm configmap configmaps=configmaps;secret secrets=secrets;no node nodes=nodes;ns namespace namespaces=namespaces;' +
    'ep endpoints=endpoints;ev event events=events;sa serviceaccount serviceaccounts=serviceaccounts;pvc persistentvolumeclaim persistentvolumeclaims=persistentvolumeclaims;pv persistentvolumes=persistentvolumes;' +
    'deploy deployment deployments=deployments@apps;rs replicaset replicasets=replicasets@apps;sts statefulset statefulsets=statefulsets@apps;ds daemonset daemonsets=daemonsets@apps;' +
    'job jobs=jobs@batch;cj cronjob cronjobs=cronjobs@batch;ing ingress ingresses=ingresses@networking.k8s.io;netpol networkpolicy networkpolicies=networkpolicies@networking.k8s.io'
  )
    .split(';')
    .flatMap(line => {
      const [words = '', meaning = ''] = line.split('=')
      const [resource = '', group = ''] = meaning.split('@')
      return words.split(' ').map(word => [word, [resource, group] as const] as const)
    }),
)

const most = { commands: 50, text: 50_000 } as const

/** What the kubectl commands of a container need, and calls to the API server by its address. */
export function kubectlAsks(
  { command = [], args = [] }: Pick<Container, 'command' | 'args'>,
  own: string,
): Ask[] {
  const text = [...command, ...args].join(' ').slice(0, most.text)
  const found: Ask[] = []
  for (const [whole, line = ''] of [...text.matchAll(/(?:^|[\s;&|(`/])kubectl +([^\n;&|)`]{1,400})/g)].slice(
    0,
    most.commands,
  )) {
    const words = line.trim().split(/\s+/)
    const namespace = flagOf(words, '-n', '--namespace') ?? own
    const everywhere = words.some(word => word === '-A' || word === '--all-namespaces')
    const plainWords = withoutFlags(words)
    const [verb = '', kindWord = '', name] = plainWords
    const [kind = '', ofName] = kindWord.split('/')
    const say = plain(whole.replace(/^[\s;&|(`/]+/, ''), 100)
    const place = everywhere ? '' : namespace
    if (verb === 'logs')
      found.push({ verb: 'get', resource: 'pods/log', group: '', namespace: place, command: say })
    else if (verb === 'exec')
      found.push({ verb: 'create', resource: 'pods/exec', group: '', namespace: place, command: say })
    else
      for (const need of verbs[verb] ?? [])
        for (const word of kind.split(',')) {
          const [resource, group] = resources[word.toLowerCase()] ?? []
          if (resource === undefined || group === undefined) continue
          const one = verb === 'get' && (name !== undefined || ofName !== undefined) ? 'get' : need
          found.push({ verb: one, resource, group, namespace: place, command: say })
        }
  }
  for (const [whole, group = '', namespace, resource = ''] of [
    ...text.matchAll(
      /\/(?:api\/v1|apis\/([\w.-]{1,100})\/v\w{1,20})\/(?:namespaces\/([\w.$(){}-]{1,100})\/)?([a-z]{3,60})\b/g,
    ),
  ].slice(0, most.commands))
    if (resource !== 'namespaces' || namespace === undefined)
      found.push({
        verb: 'list',
        resource,
        group,
        namespace: namespace === undefined || /[$]/.test(namespace) ? own : namespace,
        command: plain(whole, 100),
      })
  return found
}

const flagOf = (words: readonly string[], ...flags: readonly string[]): string | undefined => {
  for (const [index, word] of words.entries())
    for (const flag of flags) {
      if (word === flag) return words[index + 1]
      if (word.startsWith(`${flag}=`)) return word.slice(flag.length + 1)
    }
  return undefined
}

/** Flags of kubectl that take a value in the next word. */
const taking =
  /^(-n|--namespace|-l|--selector|-o|--output|-c|--container|-f|--filename|--field-selector|--context|--kubeconfig|-p|--patch|--type|--replicas)$/

const withoutFlags = (words: readonly string[]): string[] =>
  words.filter((word, index) => !word.startsWith('-') && !taking.test(words[index - 1] ?? ''))
