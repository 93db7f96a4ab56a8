import { Agent } from 'undici'
import type { Kind } from '../api/kind.ts'
import { kinds } from '../api/kinds/index.ts'
import type { ModelRoute } from '../api/kinds/model-route.ts'
import type { Diagnose } from '../controllers/incident/diagnoses.ts'
import { reconcilers } from '../controllers/index.ts'
import { httpPost } from '../controllers/notification/http-post.ts'
import { smtpMail } from '../controllers/notification/mail.ts'
import { writeRevert } from '../controllers/revert/revert.ts'
import { gates } from '../gates/index.ts'
import { scoreAnswer } from '../gates/scorers/index.ts'
import type { Counter } from '../gateway/accounting/counter.ts'
import type { GatewayControl } from '../gateway/gateway.ts'
import { createGuardrailBench } from '../gateway/guardrails/measure.ts'
import { forgeOf } from '../git/forges/access.ts'
import type { Git } from '../git/git.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { systemClock as clock } from '../lib/clock.ts'
import { systemRandom } from '../lib/random.ts'
import { trainers } from '../models/index.ts'
import { trainInWorker } from '../models/train.ts'
import { forecastInWorker } from '../rollout/forecast.ts'
import type { RolloutPlan } from '../rollout/rollout-plan.ts'
import type { Blobs } from '../store/blobs.ts'
import type { SignalStore } from '../telemetry/signals/signal-store.ts'
import { createAnomalyWatch } from '../telemetry/symptoms/anomaly-watch.ts'
import { watchFile } from '../telemetry/symptoms/watch-file.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

export interface ControllerParts {
  git: Git
  blobs: Blobs
  ledger: Ledger
  telemetry: Telemetry
  gateway: GatewayControl
  signals: SignalStore
  /** Where the anomaly watch keeps what it has learnt; without it that is learnt again after a restart. */
  watchMemory?: string
  /** Absent where no evidence can be written. */
  diagnose?: Diagnose
  /** Kinds to watch; all of them where absent. */
  kinds?: readonly Kind[]
  /** What gateways have spent. */
  counter: Pick<Counter, 'list'>
}

export function controllersOf(parts: ControllerParts) {
  return reconcilers({
    ...parts,
    callHistory: parts.telemetry,
    carriers: { post: httpPost(fetch), mail: smtpMail() },
    anomalies: createAnomalyWatch({
      signals: parts.signals,
      ...(parts.watchMemory === undefined ? {} : { memory: watchFile(parts.watchMemory) }),
    }),
    forgeOf: ({ spec }, secret) => forgeOf(spec.repository, secret, fetch),
    kinds: parts.kinds ?? kinds,
    gates,
    trainers,
    train: trainInWorker,
    score: scoreAnswer,
    guardrails: createGuardrailBench(new Agent()),
    random: systemRandom,
    forecast: (route, { plan }) => forecastOf(route, plan, parts.telemetry),
    revert: writeRevert(parts),
  })
}

const TRAFFIC_WINDOW_MS = 600_000

/** Units needed and odds with the traffic of the last ten minutes, or since the first call in them. */
async function forecastOf(route: ModelRoute, plan: RolloutPlan, telemetry: Telemetry): Promise<string[]> {
  const now = clock.now()
  const { namespace = '', name } = route.metadata
  const { units, firstAt } = await telemetry.traffic({
    namespace,
    route: name,
    since: now - TRAFFIC_WINDOW_MS,
  })
  const hours = Math.max(1000, now - (firstAt ?? now)) / 3_600_000
  return (await forecastInWorker(plan, { ...route.spec.rollout.expect, unitsPerHour: units / hours })).lines
}
