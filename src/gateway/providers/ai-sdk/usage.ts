import type { LanguageModelV4Usage } from '@ai-sdk/provider'
import { noUsage, type Usage } from '../../canonical/usage.ts'
import type { Service } from './service.ts'

/**
 * The SDK's counts as disjoint buckets whose sum is the SDK's total: what a package does not tell apart stays text.
 * @returns undefined when the service said nothing
 */
export function bucketsOf(
  { inputTokens, outputTokens, raw }: LanguageModelV4Usage,
  service: Service,
): Usage | undefined {
  if (inputTokens.total === undefined && outputTokens.total === undefined) return undefined
  const input = inputTokens.total ?? 0
  const cacheRead = Math.min(inputTokens.cacheRead ?? 0, input)
  const cacheWrite = Math.min(inputTokens.cacheWrite ?? 0, input - cacheRead)
  const output = outputTokens.total ?? 0
  const reasoning = Math.min(outputTokens.reasoning ?? 0, output)
  const usage: Usage = {
    ...noUsage,
    input: input - cacheRead - cacheWrite,
    cacheRead,
    cacheWrite,
    output: output - reasoning,
    reasoning,
  }
  return raw && service.usage ? service.usage(raw, usage) : usage
}
