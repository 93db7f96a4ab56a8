import { anthropicMessages } from './anthropic-messages/protocol.ts'
import { openAiChat } from './openai-chat/protocol.ts'
import { openAiCompletions } from './openai-completions/protocol.ts'
import { openAiEmbeddings } from './openai-embeddings/protocol.ts'
import { openAiResponses } from './openai-responses/protocol.ts'
import type { Protocol } from './protocol.ts'

/** Every wire format that clients may speak. */
export const protocols: readonly Protocol[] = [
  openAiChat,
  openAiCompletions,
  openAiEmbeddings,
  openAiResponses,
  anthropicMessages,
]
