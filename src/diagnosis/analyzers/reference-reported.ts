import { type Analyzer, strengths } from './analyzer.ts'
import { reportsIn } from './reported.ts'
import type { View } from './view.ts'
import { called, plain, quoted, sentences } from './wording.ts'

const patterns: readonly (readonly [
  RegExp,
  (match: RegExpExecArray) => { kind: string; name: string; key?: string },
])[] = [
  [
    /couldn't find key (\S{1,253}) in (ConfigMap|Secret) (?:\S{1,253}\/)?([^\s/]{1,253})/,
    ([, key = '', kind = '', name = '']) => ({ kind, name, key }),
  ],
  [
    /references non-existent (config|secret) key: (\S{1,253})/,
    ([, kind = '', key = '']) => ({ kind: kind === 'config' ? 'ConfigMap' : 'Secret', name: '', key }),
  ],
  [
    /\b(configmap|secret|persistentvolumeclaim|serviceaccount) "([^"]{1,253})" (?:is )?not found/i,
    ([, kind = '', name = '']) => ({ kind: kindOf(kind), name }),
  ],
  [
    /error looking up service account [^\s/]{1,253}\/([^\s:]{1,253}):/,
    ([, name = '']) => ({ kind: 'ServiceAccount', name }),
  ],
  [/no PriorityClass with name (\S{1,253}) was found/, ([, name = '']) => ({ kind: 'PriorityClass', name })],
  [/RuntimeClass "([^"]{1,253})" not found/i, ([, name = '']) => ({ kind: 'RuntimeClass', name })],
]

const kindOf = (word: string): string =>
  ['ConfigMap', 'Secret', 'PersistentVolumeClaim', 'ServiceAccount'].find(
    kind => kind.toLowerCase() === word.toLowerCase(),
  ) ?? word

/** The kubelet, the scheduler or a controller says that something is not there. */
export const referenceReported: Analyzer = {
  name: 'reference-reported',
  finds:
    'An Event or a container status says that a ConfigMap, Secret, key, claim, account or class is not there.',
  unless: 'The object is there now, or the pods run well.',
  rules: ['reference-not-found'],
  *look(view) {
    for (const { workload, text, evidence } of reportsIn(
      view,
      /not found|couldn't find|non-existent|looking up service account|no PriorityClass/,
    )) {
      const found = referenceIn(text)
      if (!found || isThere(view, workload.namespace, found)) continue
      const { kind, name, key } = found
      const what =
        key === undefined ? `${kind} ${quoted(name)}` : `key ${quoted(key)} of ${kind} ${quoted(name)}`
      yield {
        rule: 'reference-not-found',
        object: workload,
        class: 'reference',
        statement: sentences(
          `${called(workload)} needs ${what}, which does not exist in namespace ${workload.namespace} (missing)`,
          `Its pods cannot start: ${plain(text, 160)}`,
        ),
        strength: strengths.told,
        observed: true,
        evidence: [evidence],
        explains: workload.pods,
      }
    }
  },
}

function referenceIn(text: string): { kind: string; name: string; key?: string } | undefined {
  for (const [pattern, read] of patterns) {
    const match = pattern.exec(text)
    if (match) return read(match)
  }
  return undefined
}

const isThere = (
  { cluster }: View,
  namespace: string,
  { kind, name, key }: { kind: string; name: string; key?: string },
): boolean => key === undefined && cluster.find(kind, namespace, name) !== undefined
