import { type Fields, fieldIn, linesIn, rowsIn, told, valueIn, within } from '../described-field.ts'

type Parts = Record<string, unknown>

export const serviceAccount = (fields: Fields): Parts => ({
  imagePullSecrets: namesIn(fields, 'Image pull secrets').map(name => ({ name })),
  secrets: namesIn(fields, 'Mountable secrets').map(name => ({ name })),
})

const namesIn = (fields: Fields, name: string): string[] =>
  linesIn(fieldIn(fields, name))
    // A secret that is named and is not there has that behind it.
    .map(line => line.trim().split(' ')[0] ?? '')
    .filter(each => each !== '')

/** `pods.apps  []  [name]  [get list]` */
export const role = (fields: Fields): Parts => ({
  rules: linesIn(fieldIn(fields, 'PolicyRule')).flatMap(line => {
    const [, resource = '', urls = '', names = '', verbs] =
      /^\s{0,9}(\S{0,253})\s{1,99}\[([^\]]{0,2000})\]\s{1,99}\[([^\]]{0,2000})\]\s{1,99}\[([^\]]{0,2000})\]/.exec(
        line,
      ) ?? []
    if (verbs === undefined) return []
    const [plural = '', ...group] = resource.split('/')[0]?.split('.') ?? []
    const sub = resource.split('/')[1]
    return [
      {
        apiGroups: [group.join('.')],
        resources: [sub === undefined ? plural : `${plural}/${sub}`],
        verbs: listOf(verbs),
        ...(names !== '' && { resourceNames: listOf(names) }),
        ...(urls !== '' && { nonResourceURLs: listOf(urls) }),
      },
    ]
  }),
})

const listOf = (text: string): string[] => text.split(/[ ,]+/).filter(each => each !== '')

export const binding = (fields: Fields): Parts => {
  const to = within(fields, 'Role')
  return {
    roleRef: { ...told({ kind: valueIn(to, 'Kind'), name: valueIn(to, 'Name') }) },
    subjects: rowsIn(fieldIn(fields, 'Subjects')).flatMap(
      ({ Kind: kind, Name: name, Namespace: namespace }) =>
        kind && name ? [{ kind, name, ...(namespace && { namespace }) }] : [],
    ),
  }
}

/** Its values, and the sizes that kubectl prints, are none of ours. */
export const secret = (fields: Fields): Parts => ({
  ...told({ type: valueIn(fields, 'Type') }),
})

export const namespace = (fields: Fields): Parts => ({
  status: { ...told({ phase: valueIn(fields, 'Status') }) },
})
