/**
 * Values at a JSONPath of a printer column. Covers what CRDs use (client-go: util/jsonpath): member names, indices, `[*]`
 * and filters by equality such as `.status.conditions[?(@.type=="Ready")].status`.
 * @throws RangeError when the path has another form
 */
export function printerPath(path: string): (object: unknown) => unknown[] {
  const steps = [...parse(path)]
  return object => steps.reduce<unknown[]>((values, step) => values.flatMap(step), [object])
}

type Step = (value: unknown) => unknown[]

const grammar =
  /\.([A-Za-z0-9_-]+)|\['([^']+)'\]|\[([0-9]+)\]|\[(\*)\]|\[\?\(@\.([A-Za-z0-9_.-]+)\s*==\s*(?:"([^"]*)"|'([^']*)'|([^)]+))\)\]/y

function* parse(path: string): Generator<Step> {
  grammar.lastIndex = 0
  const text = path.startsWith('.') || path.startsWith('[') ? path : `.${path}`
  while (grammar.lastIndex < text.length) {
    const match = grammar.exec(text)
    if (!match) throw new RangeError(`"${path}" is not a printer column path such as .status.phase`)
    const [, name, quoted, index, star, field, ...literals] = match
    const wanted = literals.find(literal => literal !== undefined)
    if (star) yield items
    else if (index !== undefined) yield value => items(value).slice(Number(index), Number(index) + 1)
    else if (field !== undefined) yield value => items(value).filter(item => at(item, field) === wanted)
    else yield value => member(value, name ?? quoted ?? '')
  }
}

const items: Step = value => (Array.isArray(value) ? value : [])

function member(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return []
  const found = (value as Record<string, unknown>)[name]
  return found === undefined || found === null ? [] : [found]
}

const at = (item: unknown, field: string): string | undefined => {
  const [value] = field
    .split('.')
    .reduce<unknown[]>((values, name) => values.flatMap(v => member(v, name)), [item])
  return value === undefined ? undefined : String(value)
}
