import type { Container } from '../cluster/pod.ts'
import { plain } from './wording.ts'

/** What a command asks of the API server. */
export interface Ask {
  verb: string
  /** Plural, with subresource, such as `pods/log`. */
  resource: string
  /** API group. */
  group: string
  /** Empty for all namespaces. */
  namespace: string
  command: string
}

/** Verbs of kubectl and what they need. */
const verbs: Readonly<Record<string, readonly string[]>> = {
  ...{ get: ['list'], describe: ['get'], delete: ['delete'], create: ['create'], apply: ['get', 'create'] },
  ...{ patch: ['patch'], edit: ['patch'], label: ['patch'], annotate: ['patch'], scale: ['patch'] },
  rollout: ['patch'],
}

/** Words of kubectl for kinds, and what they are called in roles. */
const resources: ReadonlyMap<string, readonly [resource: string, group: string]> = new Map(
  [
    'po pod pods=pods',
    'svc service services=services',
    'cm configmap configmaps=configmaps',
    'secret secrets=secrets',
    'no node nodes=nodes',
    'ns namespace namespaces=namespaces',
    'ep endpoints=endpoints',
    'ev event events=events',
    'sa serviceaccount serviceaccounts=serviceaccounts',
    'pvc persistentvolumeclaim persistentvolumeclaims=persistentvolumeclaims',
    'pv persistentvolume persistentvolumes=persistentvolumes',
    'deploy deployment deployments=deployments@apps',
    'rs replicaset replicasets=replicasets@apps',
    'sts statefulset statefulsets=statefulsets@apps',
    'ds daemonset daemonsets=daemonsets@apps',
    'job jobs=jobs@batch',
    'cj cronjob cronjobs=cronjobs@batch',
    'ing ingress ingresses=ingresses@networking.k8s.io',
    'netpol networkpolicy networkpolicies=networkpolicies@networking.k8s.io',
  ].flatMap(line => {
    const [words = '', meaning = ''] = line.split('=')
    const [resource = '', group = ''] = meaning.split('@')
    return words.split(' ').map(word => [word, [resource, group]] as const)
  }),
)

const most = { commands: 50, text: 50_000 } as const

/** What the kubectl commands of a container need, and calls to the API server by its address. */
export function kubectlAsks(
  { command = [], args = [] }: Pick<Container, 'command' | 'args'>,
  own: string,
): Ask[] {
  const text = [...command, ...args].join(' ').slice(0, most.text)
  return [...byKubectl(text, own), ...byAddress(text, own), ...byClient(text, own)]
}

function byKubectl(text: string, own: string): Ask[] {
  const lines = [...text.matchAll(/(?:^|[\s;&|(`/])(kubectl +[^\n;&|)`]{1,400})/g)]
  return lines.slice(0, most.commands).flatMap(([, line = '']) => {
    const words = line.trim().split(/\s+/).slice(1)
    const everywhere = words.some(word => word === '-A' || word === '--all-namespaces')
    const place = {
      namespace: everywhere ? '' : (flagOf(words, '-n', '--namespace') ?? own),
      command: plain(line, 100),
    }
    const [verb = '', kinds = '', name] = withoutFlags(words)
    if (verb === 'logs') return [{ verb: 'get', resource: 'pods/log', group: '', ...place }]
    if (verb === 'exec') return [{ verb: 'create', resource: 'pods/exec', group: '', ...place }]
    const [kindWords = '', ofName] = kinds.split('/')
    const needs = verb === 'get' && (name ?? ofName) !== undefined ? ['get'] : (verbs[verb] ?? [])
    return kindWords.split(',').flatMap(word => {
      const known = resources.get(word.toLowerCase())
      return known ? needs.map(need => ({ verb: need, resource: known[0], group: known[1], ...place })) : []
    })
  })
}

function byAddress(text: string, own: string): Ask[] {
  const paths = text.matchAll(
    /\/(?:api\/v1|apis\/([\w.-]{1,100})\/v\w{1,20})\/(?:namespaces\/([\w.$(){}-]{1,100})\/)?([a-z]{3,60})\b/g,
  )
  return [...paths].slice(0, most.commands).map(([whole, group = '', namespace, resource = '']) => ({
    ...{ verb: 'list', resource, group, command: plain(whole, 100) },
    // Scripts put their own namespace together.
    namespace: namespace === undefined || namespace.includes('$') ? own : namespace,
  }))
}

/** Verbs of the methods of Kubernetes' Python client, and what roles call them. */
const methods: Readonly<Record<string, string>> = { read: 'get', replace: 'update' }

/** `list_namespaced_pod("shop")` and the like (github.com/kubernetes-client/python). */
function byClient(text: string, own: string): Ask[] {
  const calls = text.matchAll(
    /\.(list|read|create|delete|patch|replace)_(?:namespaced_([a-z_]{2,60})|([a-z_]{2,60})_for_all_namespaces)\(\s*(?:namespace\s*=\s*)?(?:["']([a-z0-9.-]{1,253})["'])?/g,
  )
  return [...calls]
    .slice(0, most.commands)
    .flatMap(([whole, verb = '', namespaced, everywhere, namespace]) => {
      const known = resources.get((namespaced ?? everywhere ?? '').replaceAll('_', ''))
      if (!known) return []
      return [
        {
          ...{
            verb: methods[verb] ?? verb,
            resource: known[0],
            group: known[1],
            command: plain(whole.slice(1), 100),
          },
          namespace: everywhere !== undefined ? '' : (namespace ?? own),
        },
      ]
    })
}

function flagOf(words: readonly string[], ...flags: readonly string[]): string | undefined {
  const at = words.findIndex(word => flags.includes(word))
  if (at >= 0) return words[at + 1]
  const joined = words.find(word => flags.some(flag => word.startsWith(`${flag}=`)))
  return joined?.slice(joined.indexOf('=') + 1)
}

/** Flags of kubectl that take a value in the next word. */
const taking =
  /^(-n|--namespace|-l|--selector|-o|--output|-c|--container|-f|--filename|--field-selector|--context|--kubeconfig|-p|--patch|--type|--replicas)$/

const withoutFlags = (words: readonly string[]): string[] =>
  words.filter((word, index) => !word.startsWith('-') && !taking.test(words[index - 1] ?? ''))
