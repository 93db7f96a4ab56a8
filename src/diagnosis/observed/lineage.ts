import type { CommandOutput } from '../../telemetry/intake/kubernetes-snapshot/command-output.ts'
import type { FromFile } from '../../telemetry/intake/kubernetes-snapshot/snapshot.ts'
import { kindNamed } from './kind-names.ts'
import type { ObservedObject } from './observed.ts'
import { rowObject } from './tables/tabled.ts'

const MAX_LINES = 20_000
/** Kinds that own others of these kinds; the tree also shows what merely refers to an object. */
const owners: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['ReplicaSet'],
  ReplicaSet: ['Pod'],
  StatefulSet: ['Pod'],
  DaemonSet: ['Pod'],
  CronJob: ['Job'],
  Job: ['Pod'],
}

/** The tree that `kubectl lineage` prints: `├── Pod/web-1   0/1   Error   23h`, what an object owns below it. */
export const lineageObjects = (outputs: readonly FromFile<CommandOutput>[]): ObservedObject[] =>
  outputs.flatMap(({ verb, text, namespace, file }) => {
    if (verb !== 'lineage') return []
    const path: { depth: number; kind: string; name: string }[] = []
    return text.split('\n', MAX_LINES).flatMap(line => {
      const [, indent = '', word = '', name = '', cells = ''] =
        /^([\s│├└─]{0,200})([A-Z]\w{1,62})\/(\S{1,253})\s{1,999}(.{0,2000})$/.exec(line) ?? []
      const kind = kindNamed(word)
      if (!kind || kind.kind === 'Event') return []
      while ((path.at(-1)?.depth ?? -1) >= indent.length) path.pop()
      const owner = path.at(-1)
      path.push({ depth: indent.length, kind: kind.kind, name })
      const [READY = '', STATUS = ''] = cells.split(/ {2,}/)
      const found = rowObject(kind, name, namespace, { NAME: name, READY, STATUS }, file)
      if (!found) return []
      if (!owner || !owners[owner.kind]?.includes(kind.kind)) return [found]
      const reference = {
        apiVersion: kindNamed(owner.kind)?.apiVersion ?? '',
        ...{ kind: owner.kind, name: owner.name, uid: '', controller: true },
      }
      const { object } = found
      return [
        { ...found, object: { ...object, metadata: { ...object.metadata, ownerReferences: [reference] } } },
      ]
    })
  })
