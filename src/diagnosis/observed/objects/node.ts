import {
  type Fields,
  fieldIn,
  flagIn,
  linesIn,
  membersOf,
  told,
  valueIn,
  within,
} from '../described-field.ts'

type Parts = Record<string, unknown>

export const node = (fields: Fields): Parts => {
  const info = within(fields, 'System Info')
  const amounts = (name: string) => {
    const members = membersOf(within(fields, name))
    return Object.keys(members).length === 0 ? undefined : members
  }
  return {
    spec: {
      ...told({ unschedulable: flagIn(fields, 'Unschedulable'), providerID: valueIn(fields, 'ProviderID') }),
      taints: linesIn(fieldIn(fields, 'Taints')).map(taintOf),
    },
    status: {
      ...told({
        capacity: amounts('Capacity'),
        allocatable: amounts('Allocatable'),
        nodeInfo: told({
          architecture: valueIn(info, 'Architecture'),
          operatingSystem: valueIn(info, 'Operating System'),
          kubeletVersion: valueIn(info, 'Kubelet Version'),
        }),
      }),
      conditions: linesIn(fieldIn(fields, 'Conditions')).flatMap(conditionOf),
    },
  }
}

/** `key=value:NoSchedule` */
export function taintOf(line: string): Parts {
  const [pair = '', effect] = line.trim().split(':')
  const [key, value] = pair.split('=')
  return { key, ...told({ value: value || undefined, effect }) }
}

/** Type, status, two times, reason and message; times have spaces of their own. */
function conditionOf(line: string): Parts[] {
  const [, type, status, rest = ''] =
    /^\s{0,9}(\w{1,63})\s{1,99}(True|False|Unknown)\s{1,99}(.{0,4000})$/.exec(line) ?? []
  if (type === undefined) return []
  const [, reason, message] =
    /^(?:\w{3}, \d{2} \w{3} \d{4} [\d:]{8} [+-]\d{4}\s{1,99}){0,2}(\w{1,200})\s{1,99}(.{1,2000})$/.exec(
      rest,
    ) ?? []
  return [{ type, status, ...told({ reason, message: message?.trim() }) }]
}
