import { explainChange } from './explain-change/explain-change.ts'
import { fixReference } from './fix-reference/fix-reference.ts'
import { rightSize } from './right-size/right-size.ts'
import { rollback } from './rollback/rollback.ts'
import { scale } from './scale/scale.ts'
import type { Skill } from './skill.ts'
import { tuneLimit } from './tune-limit/tune-limit.ts'
import { tuneProbe } from './tune-probe/tune-probe.ts'
import { tuneQuota } from './tune-quota/tune-quota.ts'

/** Every skill; their order decides nothing. */
export const skills: readonly Skill[] = [
  explainChange,
  rollback,
  rightSize,
  scale,
  tuneProbe,
  tuneLimit,
  tuneQuota,
  fixReference,
]
