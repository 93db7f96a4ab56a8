import { ProviderError } from '../provider.ts'

/** @throws ProviderError when it is not a JSON object; the text itself is not told */
export function parseObject(data: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    throw new ProviderError('provider_error', 'the provider sent something that is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ProviderError('provider_error', 'the provider sent JSON that is not an object')
  return value as Record<string, unknown>
}
