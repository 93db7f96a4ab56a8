import { z } from 'zod'
import { durationPattern } from '../../lib/duration.ts'

/** A reference to an object in the same namespace. */
export const reference = (kind: string) =>
  z.object({
    ref: z
      .string()
      .min(1)
      .max(253)
      .describe(`Name of ${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind} in the same namespace.`),
  })

/** A reference to one key of a Secret in the same namespace. */
export const secretReference = z.object({
  name: z.string().min(1).max(253).describe('Name of a Secret in the same namespace.'),
  key: z.string().min(1).max(253).describe('Key in its data.'),
})

export const duration = () => z.string().regex(new RegExp(durationPattern)).max(32)
