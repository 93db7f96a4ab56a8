import type { Target } from '../snapshot.ts'
import { cataloguePrice, catalogueProvider } from './catalogue.ts'
import { noCharge, type Price, writtenPrice } from './prices.ts'

/**
 * The price of a target: what the ModelProvider says, else the built-in catalogue, for models served here nothing.
 * Resolve it once per target; `costOf` of `price.ts` then is cheap.
 * @returns undefined when it is unknown, which is never 0
 */
export function priceOf(target: Target): Price | undefined {
  if (target.serve === 'model') return noCharge
  const { provider, model } = target
  if (provider.price)
    return writtenPrice(provider.price, `ModelProvider ${provider.name ?? provider.protocol}`)
  const id = provider.catalogue ?? catalogueProvider(provider)
  return id === undefined ? undefined : cataloguePrice(id, model)
}
