import type { z } from 'zod'

/** What is read of the kinds that are known; of others only metadata. */
export interface KindShape {
  /** API groups; an object of another group is of another kind, though it may be named the same. */
  groups: readonly string[]
  scope?: 'Cluster'
  shape: z.ZodRawShape
}

export const kind = <S extends z.ZodRawShape>(
  groups: readonly string[],
  shape: S,
  scope?: 'Cluster',
): Omit<KindShape, 'shape'> & { shape: S } => ({
  groups,
  shape,
  ...(scope && { scope }),
})
