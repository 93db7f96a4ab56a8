import type { ChangeRecord, EventRecord, Signal } from '../signals/signal.ts'
import { cut } from './attributes.ts'
import { type CiState, ciEvent } from './ci-event.ts'
import { Fields, parseJson } from './fields.ts'
import { cleanAttributes, message, resource } from './plain-values.ts'
import type { PushSource } from './source.ts'
import { doubtToken, webhook } from './webhook.ts'

/**
 * Pipelines, jobs, deployments and feature flags of GitLab by webhook (docs.gitlab.com/user/project/integrations/webhook_events).
 * What else GitLab sends, and what has not finished, is taken and left alone.
 * @param secret the webhook's secret token; requests with another `X-Gitlab-Token` are refused
 */
export const gitlabCi = (secret: () => string | undefined): PushSource =>
  webhook({
    type: 'gitlab-ci',
    summary: 'Pipelines, jobs, deployments and feature flags of GitLab, by webhook with a token',
    paths: ['/v1/gitlab'],
    provesSender: () => true,
    doubt: request => doubtToken(request, { header: 'x-gitlab-token', secret: secret() }),
    read({ body }, now) {
      const payload = new Fields(parseJson(body))
      switch (payload.text('object_kind')) {
        case 'pipeline':
          return pipeline(payload)
        case 'build':
          return job(payload)
        case 'deployment':
          return deployment(payload)
        case 'feature_flag':
          return [flag(payload, now)]
        default:
          return []
      }
    },
  })

const states: Readonly<Record<string, CiState>> = { success: 'passed', failed: 'failed', canceled: 'stopped' }

function pipeline(payload: Fields): EventRecord[] {
  const pipe = payload.fields('object_attributes')
  const status = pipe.text('status')
  const state = states[status]
  if (!state) return []
  const repository = repositoryOf(payload)
  const failed = payload
    .list('builds', 2000)
    .filter(build => build.text('status') === 'failed')
    .map(build => build.text('name'))
  const seconds = pipe.optionalNumber('duration')
  return [
    ciEvent({
      system: 'gitlab',
      repository,
      at: pipe.time('finished_at'),
      state,
      word: status,
      run: `pipeline/${pipe.id('id')}`,
      message: `pipeline of ${repository}: ${status}${failed.length > 0 ? ` in ${failed.join(', ')}` : ''}`,
      attributes: {
        'ci.branch': pipe.optionalText('ref'),
        'ci.commit': pipe.text('sha'),
        'ci.trigger': pipe.optionalText('source'),
        'ci.actor': payload.optionalFields('user')?.optionalText('username'),
        'ci.failed_jobs': failed.join(', '),
        'ci.duration_ms': seconds === undefined ? undefined : seconds * 1000,
        url: pipe.optionalText('url'),
      },
    }),
  ]
}

function job(payload: Fields): EventRecord[] {
  const status = payload.text('build_status')
  const state = states[status]
  if (!state) return []
  const repository = repositoryOf(payload)
  const name = payload.text('build_name')
  const why = payload.optionalText('build_failure_reason')
  const reason = state === 'failed' && why !== undefined && why !== 'unknown_failure' ? ` (${why})` : ''
  const seconds = payload.optionalNumber('build_duration')
  return [
    ciEvent({
      system: 'gitlab',
      repository,
      at: payload.time('build_finished_at'),
      state,
      word: status,
      run: `job/${payload.id('build_id')}`,
      message: `job ${name} of ${repository}: ${status}${reason}`,
      attributes: {
        'ci.job': name,
        'ci.stage': payload.optionalText('build_stage'),
        'ci.run': payload.id('pipeline_id'),
        'ci.branch': payload.optionalText('ref'),
        'ci.commit': payload.text('sha'),
        'ci.failure': why,
        'ci.may_fail': payload.raw('build_allow_failure') === true || undefined,
        'ci.duration_ms': seconds === undefined ? undefined : seconds * 1000,
      },
    }),
  ]
}

function deployment(payload: Fields): Signal[] {
  const status = payload.text('status')
  const state = states[status]
  if (state !== 'passed' && state !== 'failed') return []
  const repository = repositoryOf(payload)
  const environment = payload.text('environment')
  const at = payload.time('status_changed_at')
  const page = payload.optionalText('commit_url')
  // The whole commit stands only in the URL.
  const sha = /\/commit\/([0-9a-f]{7,64})$/.exec(page ?? '')?.[1] ?? payload.text('short_sha')
  const title = payload.optionalText('commit_title')
  const shared = {
    'deploy.environment': environment,
    'deploy.id': payload.id('deployment_id'),
    'deploy.tier': payload.optionalText('environment_tier'),
    url: payload.optionalText('deployable_url'),
  }
  if (state === 'failed')
    return [
      ciEvent({
        system: 'gitlab',
        repository,
        at,
        state,
        word: 'DeploymentFailed',
        run: `deployment/${payload.id('deployment_id')}`,
        message: `deployment of ${repository} to ${environment} failed`,
        attributes: { ...shared, 'ci.commit': sha },
      }),
    ]
  const author = payload.optionalFields('user')?.optionalText('username')
  const change: ChangeRecord = {
    kind: 'change',
    resource: resource({ service: repository.split('/').at(-1), version: sha.slice(0, 12) }),
    at,
    change: 'deploy',
    id: sha,
    message: message(`${repository} was deployed to ${environment}${title ? `: ${title}` : ''}`),
    ...(author !== undefined && { author }),
    ...(page !== undefined && { reference: cut(page, 2048) }),
    attributes: cleanAttributes(shared),
  }
  return [change]
}

/** GitLab does not say when a flag was changed, so that is when it told. */
function flag(payload: Fields, now: number): ChangeRecord {
  const attributes = payload.fields('object_attributes')
  const repository = repositoryOf(payload)
  const name = attributes.text('name')
  const on = attributes.raw('active') === true
  const author = payload.optionalFields('user')?.optionalText('username')
  return {
    kind: 'change',
    resource: resource({ service: repository.split('/').at(-1) }),
    at: now,
    change: 'flag',
    id: cut(`flag:${name}`, 256),
    before: on ? 'off' : 'on',
    message: message(`flag ${name} of ${repository} was turned ${on ? 'on' : 'off'}`),
    ...(author !== undefined && { author }),
    attributes: cleanAttributes({ 'flag.key': name, 'flag.value': on ? 'on' : 'off' }),
  }
}

const repositoryOf = (payload: Fields): string => payload.fields('project').text('path_with_namespace')
