import { z } from 'zod'

/**
 * Schemas for objects that nobody validated: half of one as a table told it, of another version, or made to confuse.
 * What has another type than expected is as if it were absent; nothing here throws.
 */
const most = { list: 5_000, entries: 5_000, characters: 100_000 } as const

const scalar = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(value => String(value).slice(0, most.characters))

export const text = scalar.optional().catch(undefined)
export const flag = z.boolean().optional().catch(undefined)

/** Numbers, also such that text tools wrote in quotes. */
export const number = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d{1,15}(\.\d{1,15})?$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined)

/** Kubernetes' IntOrString. */
export const numberOrText = z.union([z.number(), z.string()]).optional().catch(undefined)

/** Milliseconds since the epoch. */
export const time = z
  .union([z.string().transform(value => Date.parse(value)), z.date().transform(date => date.getTime())])
  .refine(value => !Number.isNaN(value))
  .optional()
  .catch(undefined)

export const anything = z.unknown()

/** Items that do not fit are left out. */
const listOf = <S extends z.ZodType>(item: S) =>
  z.array(z.unknown()).transform(values =>
    values.slice(0, most.list).flatMap((value): z.output<S>[] => {
      const read = item.safeParse(value)
      return read.success ? [read.data] : []
    }),
  )

/** A list; empty when it is not there. */
export const list = <S extends z.ZodType>(item: S) =>
  listOf(item)
    .optional()
    .catch(undefined)
    .transform(values => values ?? [])

/** A list where being absent means something else than being empty. */
export const optionalList = <S extends z.ZodType>(item: S) => listOf(item).optional().catch(undefined)

export const texts = list(scalar)
export const optionalTexts = optionalList(scalar)

/** Names to texts, such as labels; empty when it is not there. */
export const textMap = z
  .record(z.string(), z.unknown())
  .optional()
  .catch(undefined)
  .transform(
    values =>
      new Map(
        Object.entries(values ?? {})
          .slice(0, most.entries)
          .flatMap(([key, value]): [string, string][] => {
            const read = scalar.safeParse(value)
            return read.success ? [[key, read.data]] : []
          }),
      ),
  )

/** Names of the members, whatever their values are; undefined when it is not there. */
export const memberNames = z
  .record(z.string(), z.unknown())
  .transform(values => Object.keys(values).slice(0, most.entries))
  .optional()
  .catch(undefined)

export const record = z.record(z.string(), z.unknown()).optional().catch(undefined)

/** An object; undefined when it is not there. */
export const object = <S extends z.ZodRawShape>(shape: S) => z.object(shape).optional().catch(undefined)

/** An object within a list. */
export const item = <S extends z.ZodRawShape>(shape: S) => z.object(shape)
