import { z } from 'zod'

/**
 * The few forms that fields of Kubernetes' own kinds have. All are optional; `.unwrap()` makes one required.
 * Names and meanings are those of kubernetes/api, v1.34.
 */
export const text = (about: string) => z.string().max(65_536).optional().describe(about)
export const flag = (about: string) => z.boolean().optional().describe(about)
export const whole = (about: string, least?: number, most?: number) => {
  let type = z.number().int()
  if (least !== undefined) type = type.min(least)
  if (most !== undefined) type = type.max(most)
  return type.optional().describe(about)
}
export const one = <const Values extends readonly [string, ...string[]]>(values: Values, about: string) =>
  z.enum(values).optional().describe(about)
export const texts = (about: string) => z.array(z.string().max(65_536)).max(10_000).optional().describe(about)
export const map = (about: string) => z.record(z.string(), z.string()).optional().describe(about)
/** A list that is replaced whole. */
export const list = <Item extends z.ZodType>(item: Item, about: string) =>
  z.array(item).max(10_000).optional().describe(about)
/** A list whose items a strategic merge patch tells apart by `key`. */
export const keyed = <Item extends z.ZodType>(
  key: string,
  item: Item,
  about: string,
  patchStrategy: 'merge' | 'merge,retainKeys' = 'merge',
) => z.array(item).max(10_000).meta({ patchStrategy, patchMergeKey: key }).optional().describe(about)
export const part = <Shape extends z.ZodRawShape>(shape: Shape, about: string) =>
  z.object(shape).optional().describe(about)
/** An object whose fields are kept as they are: what is inside is not looked at here. */
export const open = (about: string) => z.record(z.string(), z.unknown()).optional().describe(about)
const IntOrText = z.union([z.string().max(1024), z.number().int()]).meta({ intOrString: true })
/** A number, or a text such as a port's name or a percentage. */
export const intOrText = (about: string) => IntOrText.optional().describe(about)
export const requiredIntOrText = (about: string) => IntOrText.describe(about)
/** `500m`, `1Gi`, or a number; kept as it is written. */
export const Quantity = z.union([z.string().max(64), z.number()]).meta({ quantity: true })
export const quantity = (about: string) => Quantity.optional().describe(about)
export const quantities = (about: string) => z.record(z.string(), Quantity).optional().describe(about)
/** RFC 3339; Kubernetes writes null for a time that is not known. */
export const time = (about: string) => z.string().max(64).nullish().describe(about)

export const Condition = z.object({
  type: z.string().max(316).describe('What it is about.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('True, False or Unknown.'),
  reason: text('One word for the cause.'),
  message: text('The cause in words.'),
  observedGeneration: whole('Generation it is about.'),
  lastTransitionTime: time('When its status changed.'),
  lastUpdateTime: time('When it was last updated.'),
  lastProbeTime: time('When it was last looked at.'),
})
export const conditions = () => keyed('type', Condition, 'What holds, by type.')

export const LabelSelector = z.object({
  matchLabels: map('Labels that an object must have.'),
  matchExpressions: list(
    z.object({
      key: z.string().describe('Name of the label.'),
      operator: z.string().max(64).describe('In, NotIn, Exists or DoesNotExist.'),
      values: texts('Values for In and NotIn.'),
    }),
    'Further requirements; all must hold.',
  ),
})
export const selector = (about: string) => LabelSelector.optional().describe(about)

/** The metadata that a template gives to the objects made from it. */
export const templateMetadata = () =>
  part(
    {
      name: text('Ignored: names are generated.'),
      generateName: text('Ignored: names are generated.'),
      namespace: text('Ignored: objects are made in the namespace of their owner.'),
      labels: map('Labels of what is made.'),
      annotations: map('Annotations of what is made.'),
      finalizers: texts('Finalizers of what is made.'),
      creationTimestamp: time('Ignored.'),
    },
    'Labels and annotations of what is made.',
  )

export const LocalReference = z.object({ name: z.string().max(253).default('').describe('Its name.') })
