import type { JSONObject } from '@ai-sdk/provider'
import type { CanonicalRequest } from '../../canonical/request.ts'
import type { Usage } from '../../canonical/usage.ts'

/** Who asks for reasoning sees it, as with other services: Google leaves thoughts out unless told. */
export function googleOptions(
  namespace: string,
  { reasoning }: CanonicalRequest,
): Record<string, JSONObject> {
  if (!reasoning || reasoning.effort === 'none') return {}
  const { budgetTokens } = reasoning
  return {
    [namespace]: {
      thinkingConfig: {
        includeThoughts: true,
        ...(budgetTokens === undefined ? {} : { thinkingBudget: budgetTokens }),
      },
    },
  }
}

/** Takes audio out of the text buckets (`promptTokensDetails` of https://ai.google.dev/api/generate-content). */
export function googleUsage(raw: JSONObject, usage: Usage): Usage {
  const cached = audioIn(raw.cacheTokensDetails)
  const inputAudio = Math.min(usage.input, Math.max(0, audioIn(raw.promptTokensDetails) - cached))
  const outputAudio = Math.min(usage.output, audioIn(raw.candidatesTokensDetails))
  return {
    ...usage,
    input: usage.input - inputAudio,
    inputAudio,
    output: usage.output - outputAudio,
    outputAudio,
  }
}

function audioIn(details: unknown): number {
  if (!Array.isArray(details)) return 0
  const audio = details.find(({ modality }) => modality === 'AUDIO')?.tokenCount
  return typeof audio === 'number' && audio > 0 ? audio : 0
}
