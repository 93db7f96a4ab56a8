import { type Command, UsageError } from './command.ts'
import { stateOption } from './endpoints.ts'

export const controllers: Command = {
  name: 'controllers',
  summary: 'Run the controllers against any API server that has the kinds (see keelway crds).',
  options: {
    kubeconfig: {
      type: 'string',
      value: 'FILE',
      summary: 'the API server and who to be there (default: the cluster this process is a pod of)',
    },
    control: {
      type: 'string',
      value: 'URL',
      required: true,
      summary: 'endpoint with ledger, blobs, telemetry and gateway, as served by keelway up',
    },
    'control-token-env': {
      type: 'string',
      value: 'NAME',
      required: true,
      summary: 'environment variable with the token of that endpoint',
    },
    state: { ...stateOption, summary: 'where Git caches are kept' },
  },
  help: 'Several may run; the one that holds the Lease default/keelway-controllers reconciles.',
  async run(invocation) {
    const name = invocation.required('control-token-env')
    const token = process.env[name]
    if (!token)
      throw new UsageError(
        `environment variable ${name} is not set: put the token of the control endpoint into it`,
      )
    const { runControllers } = await import('../main/remote-controllers.ts')
    await runControllers({
      kubeconfig: invocation.text('kubeconfig'),
      control: { url: invocation.required('control'), token },
      directory: invocation.required('state'),
      say: text => invocation.err(text),
      signal: invocation.signal,
    })
    return 0
  },
}
