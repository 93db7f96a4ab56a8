import { ProviderError } from '../provider.ts'

/** @param what the sentence after "this provider", ending with what to do instead */
export const unsupported = (what: string): ProviderError =>
  new ProviderError('unsupported_by_provider', `this provider ${what}`)
