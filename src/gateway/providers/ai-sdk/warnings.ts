import type { SharedV4Warning } from '@ai-sdk/provider'

/** What a package left out of a request, by the names of the canonical request where it has one. */
export const featuresOf = (warnings: readonly SharedV4Warning[]): string[] =>
  warnings.flatMap(warning => {
    if (warning.type === 'unsupported') return [names[warning.feature] ?? warning.feature.slice(0, 100)]
    // Of the other kinds nothing was left out.
    return []
  })

const names: Readonly<Record<string, string>> = {
  maxOutputTokens: 'maxTokens',
  stopSequences: 'stop',
  responseFormat: 'format',
  toolContent: 'messages.tool_calls',
}
