import type { ExternalRule } from '../external-rule.ts'
import { changedData } from './changed-data.ts'
import { dataGrowth } from './data-growth.ts'
import { certificateExpired, clockWrong, credentialExpired } from './expiries.ts'
import { foreignHost } from './foreign-host.ts'
import { managedFailover, nameResolution, networkFault, zoneOutage } from './infrastructure.ts'
import { nodePressure } from './node-pressure.ts'
import { platformFails } from './platform-fails.ts'
import { poisonousInput } from './poisonous-input.ts'
import { providerIncident } from './provider-incident.ts'
import { trafficSurge } from './traffic-surge.ts'

/** Every cause outside that is known; a new one is a file and a line here. */
export const externalRules: readonly ExternalRule[] = [
  providerIncident,
  foreignHost,
  certificateExpired,
  credentialExpired,
  clockWrong,
  nameResolution,
  zoneOutage,
  networkFault,
  managedFailover,
  nodePressure,
  platformFails,
  trafficSurge,
  poisonousInput,
  dataGrowth,
  changedData,
]
