import { z } from 'zod'

/** Kubernetes' metav1.Condition. */
export const Condition = z.object({
  type: z.string().describe('What the condition is about, such as Ready.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('True, False or Unknown.'),
  reason: z.string().describe('One word for the cause, for programs.'),
  message: z.string().describe('What happened, to what, and what to do next.'),
  lastTransitionTime: z.string().describe('When status last changed.'),
  observedGeneration: z.number().int().optional().describe('The generation this was true of.'),
})
export type Condition = z.output<typeof Condition>

/** The fields every status begins with. */
export const commonStatus = {
  observedGeneration: z.number().int().optional().describe('The generation the controller has acted on.'),
  conditions: z
    .array(Condition)
    .meta({ listMapKeys: ['type'] })
    .optional()
    .describe('What is true of the object now; Ready sums it up.'),
}

/** Status of kinds whose content comes with a Git revision. */
export const sourcedStatus = {
  ...commonStatus,
  revision: z
    .string()
    .optional()
    .describe('Source revision (Git commit) this status is about; empty when the object is not from Git.'),
  digest: z.string().optional().describe('SHA-256 digest of the content at that revision.'),
}

export type NewCondition = Omit<Condition, 'lastTransitionTime'>

/** The list with `next` in it; lastTransitionTime moves only when the status does, so equal facts write nothing. */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  next: NewCondition,
  now: string,
): Condition[] {
  const previous = conditions?.find(({ type }) => type === next.type)
  const lastTransitionTime = previous?.status === next.status ? previous.lastTransitionTime : now
  const condition = { ...next, lastTransitionTime }
  return previous
    ? (conditions ?? []).map(other => (other.type === next.type ? condition : other))
    : [...(conditions ?? []), condition]
}

export const conditionOf = (
  object: { status?: { conditions?: Condition[] | undefined } | undefined },
  type: string,
): Condition | undefined => object.status?.conditions?.find(condition => condition.type === type)

/** Whether Ready is True for the object's current generation. */
export const isReady = (object: {
  metadata: { generation?: number }
  status?: { conditions?: Condition[] | undefined; observedGeneration?: number | undefined } | undefined
}): boolean =>
  conditionOf(object, 'Ready')?.status === 'True' &&
  object.status?.observedGeneration === object.metadata.generation
