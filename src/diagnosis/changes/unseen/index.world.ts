import { firstData } from './first-data.world.ts'
import { firstDataMore } from './first-data-more.world.ts'
import { firstLoad } from './first-load.world.ts'
import { firstLoadMore } from './first-load-more.world.ts'
import { firstOutside } from './first-outside.world.ts'
import { firstOutsideMore } from './first-outside-more.world.ts'
import { firstRefusals } from './first-refusals.world.ts'
import { firstWork } from './first-work.world.ts'
import { fourth } from './fourth.world.ts'
import { fourthMore } from './fourth-more.world.ts'
import type { Incident } from './incident.world.ts'
import { secondChanges } from './second-changes.world.ts'
import { secondChangesMore } from './second-changes-more.world.ts'
import { secondOutside } from './second-outside.world.ts'
import { secondPlatform } from './second-platform.world.ts'
import { thirdOutside } from './third-outside.world.ts'
import { thirdPlatform } from './third-platform.world.ts'
import { thirdShop } from './third-shop.world.ts'
import { thirdShopMore } from './third-shop-more.world.ts'

export const firstBatch: Readonly<Record<string, Incident>> = {
  ...firstLoad,
  ...firstLoadMore,
  ...firstRefusals,
  ...firstData,
  ...firstDataMore,
  ...firstWork,
  ...firstOutside,
  ...firstOutsideMore,
}

export const secondBatch: Readonly<Record<string, Incident>> = {
  ...secondChanges,
  ...secondChangesMore,
  ...secondPlatform,
  ...secondOutside,
}

export const thirdBatch: Readonly<Record<string, Incident>> = {
  ...thirdShop,
  ...thirdShopMore,
  ...thirdPlatform,
  ...thirdOutside,
}

export const fourthBatch: Readonly<Record<string, Incident>> = {
  ...fourth,
  ...fourthMore,
}
