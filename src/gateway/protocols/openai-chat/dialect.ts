import type { Thought } from '../../canonical/answer.ts'
import type { CanonicalRequest } from '../../canonical/request.ts'

/** The client speaks the form from before tools and reads `function_call`. */
export const usesFunctions = ({ origin: { value } }: CanonicalRequest): boolean =>
  Array.isArray(value.functions) && !Array.isArray(value.tools)

/**
 * Reasoning that its provider wants back with its proof. OpenAI has no field for it; this one is what other gateways
 * use, and clients that send the message back as they got it need not know it. Undefined when there is no proof.
 */
export const thinkingBlocks = (thoughts: readonly Thought[]): unknown[] | undefined =>
  thoughts.some(({ signature, redacted }) => signature !== undefined || redacted !== undefined)
    ? thoughts.map(({ text, signature, redacted }) =>
        redacted === undefined
          ? { type: 'thinking', thinking: text, ...(signature === undefined ? {} : { signature }) }
          : { type: 'redacted_thinking', data: redacted },
      )
    : undefined
