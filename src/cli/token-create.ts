import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, UsageError } from './command.ts'
import { stateOption } from './endpoints.ts'

export const tokenCreate: Command = {
  name: 'token create',
  summary: 'Create a token for the API server that names a user; it is printed once.',
  options: {
    user: { type: 'string', value: 'NAME', required: true, summary: 'who it names; the ledger records it' },
    state: stateOption,
  },
  help: 'Put it into a kubeconfig: kubectl config set-credentials NAME --token=…',
  async run(invocation) {
    const state = invocation.required('state')
    if (!existsSync(join(state, 'kubeconfig')))
      throw new UsageError(`${state} is no state directory: start keelway up --state ${state} once`)
    const user = invocation.required('user')
    const { createToken } = await import('../main.ts')
    const token = asUsage(() => createToken(state, user))
    invocation.out(invocation.json ? JSON.stringify({ user, token }) : token)
    return 0
  },
}

function asUsage<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}
