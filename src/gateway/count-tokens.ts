import type { IncomingMessage, ServerResponse } from 'node:http'
import { estimateUsage } from './accounting/estimate.ts'
import { type CallContext, chosen } from './call.ts'
import { inputTokens } from './canonical/usage.ts'
import { ClientClosed } from './failure.ts'
import { anthropicMessages } from './protocols/anthropic-messages/protocol.ts'
import type { Serving } from './serving.ts'
import type { AccessKeySnapshot } from './snapshot.ts'

/** `POST /v1/messages/count_tokens`: by the provider where it can count, else an estimate. It costs and records nothing. */
export async function countTokens(
  { clock }: Pick<CallContext, 'clock'>,
  call: {
    id: string
    at: number
    serving: Serving
    key: AccessKeySnapshot
    request: IncomingMessage
    body: Buffer
  },
  response: ServerResponse,
): Promise<{ input_tokens: number }> {
  const asked = anthropicMessages.parse(call.body, call.request.headers)
  const { release } = chosen(call, asked)
  const prepared = release.prepare(asked)
  const [target] = release.group.targets
  const abort = new AbortController()
  const onClose = () => {
    if (!response.writableFinished) abort.abort(new ClientClosed('the client went away'))
  }
  const cancel = clock.after(release.group.resilience.firstTokenMs, () => abort.abort(new Error('too late')))
  response.on('close', onClose)
  try {
    const secret = call.serving.secret(target?.secret)
    const counted = await target?.backend.countTokens?.(
      {
        call: call.id,
        at: call.at,
        request: { ...prepared, model: target.model },
        ...(secret === undefined ? {} : { secret }),
        trace: {},
      },
      abort.signal,
    )
    return { input_tokens: counted ?? inputTokens(estimateUsage(prepared, undefined)) }
  } finally {
    cancel()
    response.off('close', onClose)
  }
}
