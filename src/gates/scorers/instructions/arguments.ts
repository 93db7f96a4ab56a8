import { z } from 'zod'

/** What several instructions take. */

export const none = z.strictObject({})

export const count = z.number().int().min(0).max(1_000_000)

export const text = z.string().min(1).max(4096)

export const texts = z.array(z.string().min(1).max(253)).min(1).max(100)

export const relation = z.enum(['less than', 'at least'])

/** Whether a number stands in the relation to the wanted one. */
export const holds = (found: number, wanted: z.output<typeof relation>, number: number): boolean =>
  wanted === 'less than' ? found < number : found >= number
