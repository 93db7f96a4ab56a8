import { alertmanager } from './alertmanager.ts'
import { containerLogs } from './container-logs.ts'
import { costCsv } from './cost-csv.ts'
import { deployments } from './deployments.ts'
import { featureFlags } from './feature-flags.ts'
import { gatewayCalls } from './gateway-calls.ts'
import { gitHistory } from './git-history.ts'
import { githubActions } from './github-actions.ts'
import { gitlabCi } from './gitlab-ci.ts'
import { junit } from './junit.ts'
import { kubernetesChanges } from './kubernetes-changes.ts'
import { kubernetesEvents } from './kubernetes-events.ts'
import { kubernetesSnapshot } from './kubernetes-snapshot.ts'
import { logFiles } from './log-files.ts'
import { openCost, openCostReport } from './opencost.ts'
import { otlp } from './otlp/otlp.ts'
import { createRemoteWrite } from './prometheus/remote-write.ts'
import { prometheusScrape } from './prometheus/scrape.ts'
import { reportIntake, signedReportIntake } from './report.ts'
import { reportFiles } from './report-files.ts'
import { sarif } from './sarif.ts'
import type { PushSource, Source } from './source.ts'

/** Sources that are written to, all at the intake port. */
export const pushSources: readonly PushSource[] = [
  otlp,
  createRemoteWrite(),
  alertmanager,
  reportIntake(junit),
  reportIntake(sarif),
  reportIntake(costCsv),
  reportIntake(openCostReport),
]

/** What senders of webhooks share with us; asked for at each request, so that it can be exchanged. */
export interface WebhookSecrets {
  github(): string | undefined
  gitlab(): string | undefined
  /** Of feature flags: their webhooks are signed as LaunchDarkly does it when one is set. */
  featureFlags(): string | undefined
}

/** Sources that are written to by those who share a secret with us. */
export const signedSources = (secrets: WebhookSecrets): readonly PushSource[] => [
  githubActions(secrets.github),
  gitlabCi(secrets.gitlab),
  signedReportIntake(featureFlags, { header: 'x-ld-signature', secret: secrets.featureFlags }),
]

/** Sources that ask, by what their settings say. */
export const sources: readonly Source<never>[] = [
  prometheusScrape,
  kubernetesEvents,
  kubernetesChanges,
  kubernetesSnapshot,
  logFiles,
  containerLogs,
  openCost,
  reportFiles,
  gitHistory,
  deployments,
  gatewayCalls,
]
