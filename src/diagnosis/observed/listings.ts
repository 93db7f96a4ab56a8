import type { CommandOutput } from '../../telemetry/intake/kubernetes-snapshot/command-output.ts'
import type { Snapshot } from '../../telemetry/intake/kubernetes-snapshot/snapshot.ts'
import { isClusterWide, kindNamed } from './kind-names.ts'
import type { Listing } from './observed.ts'

const selecting = ['-l', '--selector', '--field-selector', '-f', '--filename', '--limit']

/** Commands that print every object of a kind: no name, no selector, nothing behind a pipe, and no refusal. */
export function listingsOf({ outputs }: Pick<Snapshot, 'outputs'>): Listing[] {
  const found = outputs.flatMap((output): Listing[] => {
    const { verb, kind, name, flags, command, text, file } = output
    if ((verb !== 'get' && verb !== 'describe') || kind === undefined || name !== undefined) return []
    if (command.includes('|') || selecting.some(flag => flag in flags)) return []
    if (/^\s*(error:|Error from server|Unable to connect)/.test(text)) return []
    const everywhere = '-A' in flags || '--all-namespaces' in flags
    return kind.split(',').flatMap((word): Listing[] => {
      const known = kindNamed(word)?.kind
      if (known === undefined || known === 'Event') return []
      if (everywhere || isClusterWide(known)) return [{ kind: known, file }]
      const namespace = output.namespace ?? emptyNamespace(output)
      // Without a namespace it is that of somebody's kubeconfig.
      return namespace === undefined ? [] : [{ kind: known, namespace, file }]
    })
  })
  const keyOf = ({ kind, namespace = '' }: Listing) => `${kind}/${namespace}`
  return [...new Map(found.map(listing => [keyOf(listing), listing])).values()].sort((a, b) =>
    keyOf(a) < keyOf(b) ? -1 : 1,
  )
}

const emptyNamespace = ({ text }: CommandOutput): string | undefined =>
  /^No resources found in (\S{1,63}) namespace\.?\s*$/.exec(text)?.[1]
