import { accessChanged } from './access.ts'
import { aiChanged } from './ai-edits.ts'
import { burdenAdded, madeSynchronous, sharingLost } from './burdens.ts'
import { cacheChanged } from './caches.ts'
import { dependencyChanged } from './dependencies.ts'
import type { DiffClass } from './diff-class.ts'
import { durationChanged } from './durations.ts'
import { dutyDropped } from './duties.ts'
import { encodingChanged } from './encodings.ts'
import { guardChanged } from './guards.ts'
import { limitChanged } from './limits.ts'
import { loggingChanged } from './logging.ts'
import { logicChanged } from './logic.ts'
import { queryChanged } from './queries.ts'
import { resourcesChanged } from './resources.ts'
import { routingChanged } from './routing.ts'
import { scheduleChanged } from './schedules.ts'
import { schemaChanged } from './schemas.ts'
import { switchFlipped } from './switches.ts'
import { unclassified } from './unclassified.ts'
import { wiringChanged } from './wiring.ts'

/** Everything that a diff is known to do; a new class is a file and a line here. */
export const diffClasses: readonly DiffClass[] = [
  limitChanged,
  durationChanged,
  resourcesChanged,
  cacheChanged,
  queryChanged,
  schemaChanged,
  guardChanged,
  dutyDropped,
  burdenAdded,
  madeSynchronous,
  sharingLost,
  dependencyChanged,
  wiringChanged,
  accessChanged,
  encodingChanged,
  routingChanged,
  switchFlipped,
  loggingChanged,
  scheduleChanged,
  logicChanged,
  aiChanged,
  unclassified,
]
