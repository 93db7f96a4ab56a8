import type { Thought } from '../../canonical/answer.ts'
import type { Part } from '../../canonical/request.ts'
import { each, type Json, optionalList, optionalString, stringAt } from '../fields.ts'
import { maxParts } from '../limits.ts'

/**
 * Reasoning of other protocols comes with a signature, or redacted; a client of responses gets it as encrypted content,
 * sends it back, and it is found again. Base64 has no colon.
 */
const redactedMark = 'redacted:'

export function readThought(item: Json): Part {
  const origin = { protocol: 'openai-responses', value: item } as const
  const encrypted = optionalString(item, 'encrypted_content')
  if (encrypted?.startsWith(redactedMark))
    return { type: 'reasoning', text: '', redacted: encrypted.slice(redactedMark.length), origin }
  const text = [...textsIn(item, 'summary'), ...textsIn(item, 'content')].join('\n')
  return { type: 'reasoning', text, ...(encrypted === undefined ? {} : { signature: encrypted }), origin }
}

export function encryptedOf({ signature, redacted }: Thought): string | undefined {
  return redacted === undefined ? signature : redactedMark + redacted
}

const textsIn = (item: Json, field: string): string[] =>
  each(optionalList(item, field, maxParts) ?? [], field, part => stringAt(part, 'text'))
