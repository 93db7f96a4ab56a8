import { join } from 'node:path'
import { createClient } from '../client/api-client.ts'
import type { Client } from '../client/client.ts'
import { httpTransport } from '../client/http.ts'
import { readKubeconfig } from '../client/kubeconfig.ts'
import { systemClock } from '../lib/clock.ts'
import { systemRandom } from '../lib/random.ts'
import type { Invocation, Option } from './command.ts'
import { stateOption } from './endpoints.ts'

/** Options of every command that talks to an API server. */
export const connectionOptions = {
  state: stateOption,
  kubeconfig: {
    type: 'string',
    value: 'FILE',
    summary: 'API server to talk to (default: the one of the state directory)',
  },
  namespace: { type: 'string', value: 'NAME', default: 'default', summary: 'namespace of the objects' },
} as const satisfies Record<string, Option>

/** A client of the server that the options name. */
export async function connect(invocation: Invocation): Promise<Client & { namespace: string }> {
  const file = invocation.text('kubeconfig') ?? join(invocation.required('state'), 'kubeconfig')
  return { ...kubeconfigClient(file), namespace: invocation.required('namespace') }
}

/** A client of the cluster that a kubeconfig file's current context names. */
export const kubeconfigClient = (file: string): Client =>
  createClient(httpTransport(readKubeconfig(file), systemClock), { clock: systemClock, random: systemRandom })
