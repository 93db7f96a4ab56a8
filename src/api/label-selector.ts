/** Kubernetes' metav1.LabelSelector as it is written in objects. */
export interface LabelSelector {
  matchLabels?: Readonly<Record<string, string>> | undefined
  matchExpressions?: readonly LabelRequirement[] | undefined
}

export interface LabelRequirement {
  key: string
  /** In, NotIn, Exists or DoesNotExist. */
  operator: string
  values?: readonly string[] | undefined
}

type Labels = Readonly<Record<string, string>>

/** Whether labels satisfy a selector; an empty one selects everything, an unknown operator nothing. */
export function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labelOf(labels, key) === value) &&
    matchExpressions.every(requirement => holds(requirement, labels))
  )
}

function holds({ key, operator, values = [] }: LabelRequirement, labels: Labels): boolean {
  const value = labelOf(labels, key)
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}

const labelOf = (labels: Labels, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined

/** Whether it has no requirement, so that it selects everything. */
export const isEmptySelector = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean =>
  Object.keys(matchLabels).length === 0 && matchExpressions.length === 0

/** A selector as kubectl prints it: `app=web,tier in (a,b)`. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const parts = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  for (const { key, operator, values = [] } of matchExpressions) {
    const set = `(${values.toSorted().join(',')})`
    if (operator === 'In') parts.push(`${key} in ${set}`)
    else if (operator === 'NotIn') parts.push(`${key} notin ${set}`)
    else parts.push(operator === 'Exists' ? key : `!${key}`)
  }
  return parts.sort().join(',')
}
