import type { ChangeRecord, EventRecord, Signal } from '../signals/signal.ts'
import { cut } from './attributes.ts'
import { type CiState, ciEvent } from './ci-event.ts'
import { Fields, parseJson } from './fields.ts'
import { cleanAttributes, message, resource } from './plain-values.ts'
import type { PushSource } from './source.ts'
import { doubtSignature, headerOf, webhook } from './webhook.ts'

/**
 * Runs, jobs and deployments of GitHub Actions by webhook (docs.github.com/en/webhooks/webhook-events-and-payloads):
 * workflow_run, workflow_job and deployment_status. What else GitHub sends is taken and left alone.
 * @param secret the webhook's secret; requests whose `X-Hub-Signature-256` it does not explain are refused
 */
export const githubActions = (secret: () => string | undefined): PushSource =>
  webhook({
    type: 'github-actions',
    summary: 'Runs, jobs and deployments of GitHub Actions, by signed webhook',
    paths: ['/v1/github'],
    provesSender: () => true,
    doubt: request =>
      doubtSignature(request, { header: 'x-hub-signature-256', prefix: 'sha256=', secret: secret() }),
    read(request) {
      const payload = new Fields(parseJson(request.body))
      switch (headerOf(request, 'x-github-event')) {
        case 'workflow_run':
          return completed(payload) ? [runEvent(payload)] : []
        case 'workflow_job':
          return completed(payload) ? [jobEvent(payload)] : []
        case 'deployment_status':
          return deployment(payload)
        default:
          return []
      }
    },
  })

const completed = (payload: Fields): boolean => payload.text('action') === 'completed'

function runEvent(payload: Fields): EventRecord {
  const run = payload.fields('workflow_run')
  const repository = payload.fields('repository').text('full_name')
  const conclusion = run.text('conclusion')
  const name = run.optionalText('name') ?? 'workflow'
  const attempt = run.optionalNumber('run_attempt') ?? 1
  const started = run.optionalTime('run_started_at')
  const at = run.time('updated_at')
  return ciEvent({
    system: 'github',
    repository,
    at,
    state: stateOf(conclusion),
    word: conclusion,
    run: `run/${run.id('id')}/${attempt}`,
    message: `workflow ${name} of ${repository}: ${conclusion} (${run.optionalText('display_title') ?? run.text('head_sha')})`,
    attributes: {
      'ci.workflow': name,
      'ci.branch': run.optionalText('head_branch'),
      'ci.commit': run.text('head_sha'),
      'ci.trigger': run.optionalText('event'),
      'ci.attempt': attempt,
      'ci.actor': run.optionalFields('actor')?.optionalText('login'),
      'ci.duration_ms': started === undefined ? undefined : at - started,
      url: run.optionalText('html_url'),
    },
  })
}

function jobEvent(payload: Fields): EventRecord {
  const job = payload.fields('workflow_job')
  const repository = payload.fields('repository').text('full_name')
  const conclusion = job.text('conclusion')
  const name = job.text('name')
  const failed = job
    .list('steps', 1000)
    .filter(step => stateOf(step.optionalText('conclusion') ?? '') === 'failed')
    .map(step => step.text('name'))
  const started = job.optionalTime('started_at')
  const at = job.time('completed_at')
  return ciEvent({
    system: 'github',
    repository,
    at,
    state: stateOf(conclusion),
    word: conclusion,
    run: `job/${job.id('id')}`,
    message: `job ${name} of ${repository}: ${conclusion}${failed.length > 0 ? ` in ${failed.join(', ')}` : ''}`,
    attributes: {
      'ci.job': name,
      'ci.run': job.id('run_id'),
      'ci.workflow': job.optionalText('workflow_name'),
      'ci.branch': job.optionalText('head_branch'),
      'ci.commit': job.text('head_sha'),
      'ci.failed_steps': failed.join(', '),
      'ci.runner': job.optionalText('runner_name'),
      'ci.duration_ms': started === undefined ? undefined : at - started,
      url: job.optionalText('html_url'),
    },
  })
}

function deployment(payload: Fields): Signal[] {
  const status = payload.fields('deployment_status')
  const deployed = payload.fields('deployment')
  const repository = payload.fields('repository')
  const name = repository.text('full_name')
  const state = status.text('state')
  const sha = deployed.text('sha')
  const environment = deployed.optionalText('environment') ?? status.optionalText('environment') ?? 'unknown'
  const at = status.optionalTime('updated_at') ?? status.time('created_at')
  const shared = {
    'deploy.environment': environment,
    'deploy.id': deployed.id('id'),
    'deploy.ref': deployed.optionalText('ref'),
    'deploy.task': deployed.optionalText('task'),
    url: status.optionalText('log_url') ?? status.optionalText('target_url'),
  }
  if (state === 'success') {
    const page = repository.optionalText('html_url')
    const author = deployed.optionalFields('creator')?.optionalText('login')
    const change: ChangeRecord = {
      kind: 'change',
      resource: resource({ service: name.split('/').at(-1), version: sha.slice(0, 12) }),
      at,
      change: 'deploy',
      id: cut(sha, 256),
      message: message(`${name} was deployed to ${environment}`),
      ...(author !== undefined && { author }),
      ...(page !== undefined && { reference: `${page}/commit/${sha}` }),
      attributes: cleanAttributes(shared),
    }
    return [change]
  }
  if (state !== 'failure' && state !== 'error') return []
  const description = status.optionalText('description')
  return [
    ciEvent({
      system: 'github',
      repository: name,
      at,
      state: 'failed',
      word: 'DeploymentFailed',
      run: `deployment/${status.id('id')}`,
      message: `deployment of ${name} to ${environment} failed${description ? `: ${description}` : ''}`,
      attributes: { ...shared, 'ci.commit': sha },
    }),
  ]
}

function stateOf(conclusion: string): CiState {
  if (['failure', 'timed_out', 'startup_failure'].includes(conclusion)) return 'failed'
  return ['cancelled', 'action_required', 'stale'].includes(conclusion) ? 'stopped' : 'passed'
}
