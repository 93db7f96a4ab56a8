import { costAnomaly } from './cost-anomaly/cost-anomaly.ts'
import { diagnose } from './diagnose/diagnose.ts'
import { explainChange } from './explain-change/explain-change.ts'
import { fixReference } from './fix-reference/fix-reference.ts'
import { postmortem } from './postmortem/postmortem.ts'
import { promptRegression } from './prompt-regression/prompt-regression.ts'
import { remediate } from './remediate/remediate.ts'
import type { RemedyOrder } from './remediate/remedies.ts'
import { rightSize } from './right-size/right-size.ts'
import { rollback } from './rollback/rollback.ts'
import { runbook } from './runbook/runbook.ts'
import { scale } from './scale/scale.ts'
import type { Skill } from './skill.ts'
import { suggestAlert } from './suggest-alert/suggest-alert.ts'
import { suggestDashboard } from './suggest-dashboard/suggest-dashboard.ts'
import { summariseRelease } from './summarise-release/summarise-release.ts'
import { tuneLimit } from './tune-limit/tune-limit.ts'
import { tuneProbe } from './tune-probe/tune-probe.ts'
import { tuneQuota } from './tune-quota/tune-quota.ts'

/** Skills that mend what a diagnosis found. */
const remedies: readonly Skill[] = [
  rollback,
  rightSize,
  scale,
  tuneProbe,
  tuneLimit,
  tuneQuota,
  fixReference,
  promptRegression,
]

/**
 * Every skill; their order decides nothing.
 * @param order which remedy remediate tries first, such as by what outcomes taught
 */
export const skillsWith = (order?: RemedyOrder): readonly Skill[] => [
  diagnose,
  explainChange,
  remediate(remedies, order),
  ...remedies,
  runbook,
  postmortem,
  suggestAlert,
  suggestDashboard,
  costAnomaly,
  summariseRelease,
]

export const skills: readonly Skill[] = skillsWith()
