/**
 * What a field of a skill's input can be filled with from a question. The field's name says it: `service`, `since`,
 * `replicas`. Fields of other names are filled only by callers that give typed input, and by enums whose words are said.
 */
export type SlotKind =
  /** A name of something that is there; which kinds of things is said by {@link thingsOf}. */
  | 'name'
  | 'namespace'
  | 'incident'
  /** Hash of a commit, 7 to 64 hexadecimal digits. */
  | 'commit'
  /** Beginning or end of a time; milliseconds since the epoch, or RFC 3339 where the field wants text. */
  | 'since'
  | 'until'
  /** Length of a time; milliseconds, or text such as `2h`. */
  | 'duration'
  /** Whole number. */
  | 'count'
  /** Quantity of Kubernetes such as `512Mi` or `250m`. */
  | 'quantity'
  /** Share, 0 to 1, or text such as `20%`. */
  | 'share'

/** Things that have names. */
export type Thing =
  | 'service'
  | 'workload'
  | 'route'
  | 'prompt'
  | 'release'
  | 'model'
  | 'delivery'
  | 'provider'

const kinds: Readonly<Record<string, SlotKind>> = {
  namespace: 'namespace',
  incident: 'incident',
  ...named('commit', ['commit', 'revision', 'change', 'sha']),
  ...named('since', ['since', 'from', 'start', 'after']),
  ...named('until', ['until', 'to', 'end', 'before']),
  ...named('duration', ['window', 'duration', 'within', 'for', 'period', 'days', 'hours', 'minutes']),
  ...named('count', [
    'replicas',
    'count',
    'number',
    'min',
    'max',
    'minReplicas',
    'maxReplicas',
    'pods',
    'limit',
  ]),
  ...named('quantity', ['memory', 'cpu', 'quantity', 'storage', 'value', 'amount']),
  ...named('share', ['share', 'percent', 'margin']),
}

/** Fields that name a thing, with the things they may name, the likeliest first. */
const things: Readonly<Record<string, readonly Thing[]>> = {
  service: ['service', 'workload', 'route'],
  workload: ['workload', 'service'],
  deployment: ['workload', 'service'],
  object: ['workload', 'route', 'service', 'prompt', 'release', 'model', 'delivery', 'provider'],
  name: ['workload', 'service', 'route', 'prompt', 'release', 'model', 'delivery', 'provider'],
  target: ['workload', 'route', 'service'],
  subject: ['service', 'workload', 'route', 'prompt', 'release', 'model'],
  route: ['route'],
  prompt: ['prompt'],
  release: ['release'],
  model: ['model'],
  delivery: ['delivery'],
  provider: ['provider'],
}

function named(kind: SlotKind, names: readonly string[]): Record<string, SlotKind> {
  return Object.fromEntries(names.map(name => [name, kind]))
}

/** Undefined when words do not fill this field. */
export const slotKindOf = (field: string): SlotKind | undefined =>
  Object.hasOwn(things, field) ? 'name' : Object.hasOwn(kinds, field) ? kinds[field] : undefined

/** The things that a field of kind `name` may name. */
export const thingsOf = (field: string): readonly Thing[] =>
  Object.hasOwn(things, field) ? (things[field] ?? []) : []
