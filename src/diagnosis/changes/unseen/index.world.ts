import { firstData } from './first-data.world.ts'
import { firstLoad } from './first-load.world.ts'
import { firstOutside } from './first-outside.world.ts'
import { firstRefusals } from './first-refusals.world.ts'
import { firstWork } from './first-work.world.ts'
import type { Incident } from './incident.world.ts'

export const firstBatch: Readonly<Record<string, Incident>> = {
  ...firstLoad,
  ...firstRefusals,
  ...firstData,
  ...firstWork,
  ...firstOutside,
}
