import { stringify } from 'yaml'
import { crdOf } from '../api/crd.ts'
import type { Kind } from '../api/kind.ts'
import { ownKinds } from '../api/kinds/index.ts'
import type { Command } from './command.ts'

export const crds: Command = {
  name: 'crds',
  summary: 'print the CustomResourceDefinitions of all kinds, for kubectl apply on a cluster',
  options: {},
  help: 'keelway crds | kubectl apply --server-side -f -',
  async run({ out, json }) {
    const items = ownKinds.map(crdOf)
    out(
      json ? JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) : ownKinds.map(crdYaml).join('---\n'),
    )
    return 0
  },
}

/** The YAML of a kind's CustomResourceDefinition as it is committed to deploy/crds. */
export const crdYaml = (kind: Kind): string =>
  stringify(crdOf(kind), { lineWidth: 100, aliasDuplicateObjects: false })
