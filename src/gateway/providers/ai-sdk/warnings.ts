import type { SharedV4Warning } from '@ai-sdk/provider'

/** What a package left out of a request, by the names that OpenAI's API has for it. */
export const featuresOf = (warnings: readonly SharedV4Warning[]): string[] =>
  warnings.flatMap(warning => (warning.type === 'unsupported' ? [nameOf(warning.feature)] : []))

const nameOf = (feature: string): string =>
  names.get(feature) ?? feature.slice(0, 100).replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

const names: ReadonlyMap<string, string> = new Map([
  ['maxOutputTokens', 'max_tokens'],
  ['stopSequences', 'stop'],
  ['toolContent', 'messages[].tool_calls'],
])
