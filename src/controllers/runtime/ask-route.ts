import { ModelRoute } from '../../api/kinds/model-route.ts'
import type { Ask } from '../../gates/judge/judge.ts'
import type { GatewayControl } from '../../gateway/gateway.ts'
import type { Cache } from './reconciler.ts'

/**
 * Asks the stable release of a route, outside any user's traffic.
 * @returns undefined when there is no such route or it serves nothing
 */
export function askRoute(
  gateway: Pick<GatewayControl, 'answer'>,
  { informer }: Cache,
  { name, namespace = '' }: { name: string; namespace: string | undefined },
): { release: string; ask: Ask } | undefined {
  const release = informer(ModelRoute).get(name, namespace)?.status?.stable
  if (release === undefined) return undefined
  const ask: Ask = async (input, signal) => {
    const { output, error, costUsd } = await gateway.answer(
      { release: `${namespace}/${release}`, input },
      signal,
    )
    if (output === undefined || error !== undefined)
      throw new JudgeFailed(`${release} failed: ${error ?? 'no text'}`)
    return { text: output, ...(costUsd === undefined ? {} : { costUsd }) }
  }
  return { release, ask }
}

/** The judge's model did not answer this time; another call may be judged all the same. */
export class JudgeFailed extends Error {
  override readonly name = 'JudgeFailed'
}
