import { firstData } from './first-data.world.ts'
import { firstLoad } from './first-load.world.ts'
import { firstOutside } from './first-outside.world.ts'
import { firstRefusals } from './first-refusals.world.ts'
import { firstWork } from './first-work.world.ts'
import { fourth } from './fourth.world.ts'
import type { Incident } from './incident.world.ts'
import { secondChanges } from './second-changes.world.ts'
import { secondOutside } from './second-outside.world.ts'
import { secondPlatform } from './second-platform.world.ts'
import { thirdOutside } from './third-outside.world.ts'
import { thirdPlatform } from './third-platform.world.ts'
import { thirdShop } from './third-shop.world.ts'

export const firstBatch: Readonly<Record<string, Incident>> = {
  ...firstLoad,
  ...firstRefusals,
  ...firstData,
  ...firstWork,
  ...firstOutside,
}

export const secondBatch: Readonly<Record<string, Incident>> = {
  ...secondChanges,
  ...secondPlatform,
  ...secondOutside,
}

export const thirdBatch: Readonly<Record<string, Incident>> = {
  ...thirdShop,
  ...thirdPlatform,
  ...thirdOutside,
}

export const fourthBatch: Readonly<Record<string, Incident>> = fourth
