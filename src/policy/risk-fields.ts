import type { Resource } from '../api/kind.ts'
import { sameValue } from '../lib/json-edit.ts'
import { parseQuantity } from '../lib/quantity.ts'
import type { Reason, RiskClass } from './risk.ts'

interface FieldChange {
  /** Names along the way, list items by number. */
  path: readonly string[]
  before: unknown
  after: unknown
}

type Judge = (change: FieldChange) => Reason

const most = 500

/** What the changes of an object's fields mean; nothing when only what the server adds differs. */
export function fieldRisks(before: Resource, after: Resource): Reason[] {
  const rules = rulesOf(after.kind)
  return changesOf(before, after).map(change => {
    const at = change.path.join('.')
    const [, judge] = rules.find(([pattern]) => pattern.test(at)) ?? []
    return judge ? judge(change) : (['medium', `${at} changes`] as const)
  })
}

function changesOf(before: unknown, after: unknown): FieldChange[] {
  const found: FieldChange[] = []
  const walk = (a: unknown, b: unknown, path: readonly string[]): void => {
    if (found.length >= most || sameValue(a, b)) return
    const deeper = isContainer(a) && isContainer(b) && Array.isArray(a) === Array.isArray(b)
    if (!deeper) {
      found.push({ path, before: a, after: b })
      return
    }
    for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort())
      walk(own(a, key), own(b, key), [...path, key])
  }
  walk(before, after, [])
  return found
}

const always =
  (risk: RiskClass, what: string): Judge =>
  ({ path }) => [risk, `${path.join('.')}: ${what}`]

/** How an amount moves: what it is, and the classes of going up, far up, down and far down. */
const amount =
  (
    what: string,
    by: { up: RiskClass; farUp: RiskClass; down: RiskClass; farDown: RiskClass; far: number },
  ): Judge =>
  ({ path, before, after }) => {
    const at = path.join('.')
    const [from, to] = [parseQuantity(before), parseQuantity(after)]
    if (to === undefined || from === undefined)
      return [
        'medium',
        `${at}: ${what} ${after === undefined ? 'goes' : from === undefined ? 'is new' : 'changes'}`,
      ]
    const shown = `${at}: ${what} from ${String(before)} to ${String(after)}`
    if (to >= from) return [to > from * by.far ? by.farUp : by.up, shown]
    return [to * by.far < from ? by.farDown : by.down, shown]
  }

const resources = amount('goes', { up: 'low', farUp: 'medium', down: 'low', farDown: 'medium', far: 2 })
const limit = amount('goes', { up: 'low', farUp: 'medium', down: 'medium', farDown: 'high', far: 4 })
const replicas: Judge = change =>
  parseQuantity(change.after) === 0
    ? ['high', 'it is scaled to nothing']
    : amount('goes', { up: 'low', farUp: 'medium', down: 'medium', farDown: 'high', far: 4 })(change)
const timing = amount('goes', { up: 'low', farUp: 'low', down: 'low', farDown: 'medium', far: 10 })

/** The first that matches counts. */
const pods: readonly (readonly [RegExp, Judge])[] = [
  [
    /(^|\.)(securityContext|serviceAccountName|serviceAccount|automountServiceAccountToken|hostNetwork|hostPID|hostIPC|hostPath|runtimeClassName|hostUsers)(\.|$)/,
    always('high', 'what the pod may do on its node or in the cluster'),
  ],
  [/^spec\.selector(\.|$)/, always('high', 'which pods are its own')],
  [/^spec\.volumeClaimTemplates(\.|$)/, always('high', 'where its data lies')],
  [/(^|\.)resources\.limits\.[^.]+$/, limit],
  [/(^|\.)resources\.requests\.[^.]+$/, resources],
  [/^spec\.(replicas|parallelism|completions)$/, replicas],
  [
    /(^|\.)(livenessProbe|readinessProbe|startupProbe)\.(initialDelaySeconds|periodSeconds|timeoutSeconds|failureThreshold|successThreshold)$/,
    timing,
  ],
  [
    /(^|\.)(terminationGracePeriodSeconds|minReadySeconds|progressDeadlineSeconds|revisionHistoryLimit)$/,
    timing,
  ],
  [/^metadata\.(labels|annotations)(\.|$)/, always('low', 'a label or note of the object alone')],
  [/(^|\.)image$/, always('medium', 'another program runs')],
]

const kinds: Readonly<Record<string, readonly (readonly [RegExp, Judge])[]>> = {
  HorizontalPodAutoscaler: [
    [
      /^spec\.maxReplicas$/,
      amount('goes', { up: 'low', farUp: 'medium', down: 'medium', farDown: 'high', far: 4 }),
    ],
    [
      /^spec\.minReplicas$/,
      amount('goes', { up: 'low', farUp: 'medium', down: 'medium', farDown: 'high', far: 4 }),
    ],
  ],
  ResourceQuota: [[/^spec\.hard\.[^.]+$/, limit]],
  ModelRoute: [
    [
      /^spec\.(gates|rollout|scorers|guardrails)(\.|$)/,
      always('high', 'what releases of the route are judged by'),
    ],
    [
      /^spec\.serve\.provider(\.|$)/,
      always('medium', 'who answers; gates and rollout of the route judge it'),
    ],
    [/^spec\.serve(\.|$)/, always('medium', 'what is served; gates and rollout of the route judge it')],
  ],
  ModelProvider: [
    [
      /^spec\.(endpoint|key|protocol)(\.|$)/,
      always('high', 'where questions of users go, and with which key'),
    ],
  ],
  Budget: [
    [/^spec\.(usd|tokens)$/, limit],
    [/^spec\.mode$/, always('high', 'whether the budget is kept')],
  ],
  Prompt: [[/^spec\./, always('medium', 'what models are told; gates of the routes that use it judge it')]],
  PersistentVolumeClaim: [[/^spec\./, always('high', 'where data lies')]],
}

const everywhere: readonly (readonly [RegExp, Judge])[] = [
  [/^metadata\.(labels|annotations)(\.|$)/, always('low', 'a label or note of the object alone')],
]

const podKinds = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob', 'Pod'])

const rulesOf = (kind: string): readonly (readonly [RegExp, Judge])[] =>
  podKinds.has(kind) ? pods : [...(kinds[kind] ?? []), ...everywhere]

const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const own = (value: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(value, key) ? value[key] : undefined
