import type { Family } from '../made-incidents.world.ts'
import { data } from './data.world.ts'
import { databasesAndProcessors } from './databases-and-processors.world.ts'
import { memoryAndQueues } from './memory-and-queues.world.ts'
import { refusals } from './refusals.world.ts'
import { starts } from './starts.world.ts'
import { unitsAndLimits } from './units-and-limits.world.ts'

/** Incidents that a change made, one for each family of faults, with innocent changes near it. */
export const families: Readonly<Record<string, Family>> = {
  ...memoryAndQueues,
  ...databasesAndProcessors,
  ...refusals,
  ...data,
  ...starts,
  ...unitsAndLimits,
}
