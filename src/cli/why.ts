import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Explainer, Explanation } from '../ledger/why.ts'
import { remote } from '../lib/rpc.ts'
import { type Command, UsageError } from './command.ts'
import { findEndpoints, stateOption } from './endpoints.ts'

export const whyCommand: Command = {
  name: 'why',
  summary:
    'Print and verify the chain behind an answered call: route, release, digests, commit, evaluation, verdict.',
  arguments: ['CALL'],
  options: { state: stateOption },
  help: 'CALL is the value of the header x-keelway-call. Works with keelway up running or stopped. Exit 1 when a link is broken.',
  async run(invocation) {
    const [call = ''] = invocation.positionals
    if (!/^[0-9a-f-]{36}$/.test(call))
      throw new UsageError(`"${call}" is no call id: it is the value of the header x-keelway-call`)
    const explanation = await explain(invocation.required('state'), call, invocation.signal)
    if (invocation.json) invocation.out(JSON.stringify(explanation))
    else invocation.out(explanationText(explanation))
    return explanation.verified ? 0 : 1
  },
}

async function explain(state: string, call: string, signal: AbortSignal): Promise<Explanation> {
  const running = await findEndpoints(state)
  // A killed system leaves its endpoints file behind.
  if (running && isAlive(running.pid)) {
    const endpoint = { url: running.control, token: running.controlToken }
    return remote<Explainer>({ endpoint, service: 'why', methods: ['why'] }).why(call)
  }
  if (!existsSync(join(state, 'ledger.db')))
    throw new UsageError(`${state} is no state directory: name the one of keelway up with --state`)
  const { explainOffline } = await import('../main.ts')
  return explainOffline(state, call, signal)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The chain as people read it. */
export function explanationText({ call, verified, links }: Explanation): string {
  const width = Math.max(...links.map(({ link }) => link.length))
  return [
    `call ${call}: ${verified ? 'verified' : 'NOT verified'}`,
    ...links.map(
      ({ link, verified, detail }) => `  ${verified ? 'ok  ' : 'FAIL'} ${link.padEnd(width)}  ${detail}`,
    ),
  ].join('\n')
}
