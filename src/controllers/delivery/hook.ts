import { createHmac, timingSafeEqual } from 'node:crypto'
import { Delivery } from '../../api/kinds/delivery.ts'
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../lib/clock.ts'

/** Annotation of a Delivery whose change makes it fetch at once; `kubectl annotate` may set it too. */
export const SYNC_REQUESTED = 'keelway.dev/sync-requested'

type Headers = Readonly<Record<string, string | string[] | undefined>>

export interface HookAnswer {
  /** HTTP status. */
  status: number
  body: { message: string; deliveries?: string[] }
}

/** What a hook says was pushed; without repository it is about every Delivery. */
export interface Push {
  /** URLs of the repository in all spellings the sender gave. */
  repositories: string[]
  /** Full ref, when the sender names one. */
  ref?: string
}

const BODY_BYTES = 5 * 1024 * 1024
const URLS = 16

/**
 * Handles `POST /hooks/git`: checks the shared secret as GitHub, GitLab or a plain caller proves it, and asks each
 * Delivery of the pushed repository to fetch now. The request goes through the Delivery itself, so that it reaches
 * whichever process runs the controllers. Header names are in lower case, as node:http gives them.
 */
export function gitHook({
  client,
  secret,
  clock,
}: {
  client: Client
  secret: string
  clock: Clock
}): (headers: Headers, body: Uint8Array) => Promise<HookAnswer> {
  return async (headers, body) => {
    if (secret === '') return answer(503, 'no shared secret is set for Git hooks')
    if (body.byteLength > BODY_BYTES) return answer(413, `the body has more than ${BODY_BYTES} bytes`)
    if (!isAuthentic(headers, body, secret))
      return answer(
        401,
        'the shared secret is missing or wrong; send X-Hub-Signature-256, X-Gitlab-Token or X-Keelway-Token',
      )
    const push = parsePush(headers, body)
    if (!push) return answer(400, 'the body is not the JSON of a push')
    const { items } = await client.list(Delivery)
    const matching = items.filter(delivery => !delivery.spec.suspend && matchesHook(delivery, push))
    const at = new Date(clock.now()).toISOString()
    for (const { metadata } of matching)
      await client.patch(Delivery, metadata.name, metadata.namespace, {
        metadata: { annotations: { [SYNC_REQUESTED]: at } },
      })
    const deliveries = matching.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    return answer(202, `${deliveries.length} Deliveries fetch now`, deliveries)
  }
}

/** Whether a push is about the repository and ref of a Delivery. */
export function matchesHook({ spec }: Pick<Delivery, 'spec'>, push: Push): boolean {
  const sameRepository =
    push.repositories.length === 0 || push.repositories.some(url => plain(url) === plain(spec.repository))
  const names = [spec.ref, `refs/heads/${spec.ref}`, `refs/tags/${spec.ref}`]
  return sameRepository && (push.ref === undefined || spec.ref === 'HEAD' || names.includes(push.ref))
}

const answer = (status: number, message: string, deliveries?: string[]): HookAnswer => ({
  status,
  body: { message, ...(deliveries && { deliveries }) },
})

function isAuthentic(headers: Headers, body: Uint8Array, secret: string): boolean {
  const signature = one(headers['x-hub-signature-256'])
  if (signature !== undefined)
    return equal(signature, `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
  const token = one(headers['x-gitlab-token']) ?? one(headers['x-keelway-token'])
  return token !== undefined && equal(token, secret)
}

/** In a time that tells nothing about where the two differ. */
function equal(given: string, wanted: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

const one = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header

/** GitHub's and GitLab's push events, also as GitHub's form, and `{"repository": URL, "ref": …}` of a plain caller. */
function parsePush(headers: Headers, body: Uint8Array): Push | undefined {
  let text = Buffer.from(body).toString('utf8')
  if (one(headers['content-type'])?.startsWith('application/x-www-form-urlencoded'))
    text = new URLSearchParams(text).get('payload') ?? ''
  if (text.trim() === '') return { repositories: [] }
  let payload: unknown
  try {
    payload = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  if (!isObject(payload)) return undefined
  const { repository, project, ref } = payload
  const fields = [
    'clone_url',
    'ssh_url',
    'git_url',
    'html_url',
    'url',
    'homepage',
    'git_http_url',
    'git_ssh_url',
    'http_url',
  ]
  const urls = [repository, project]
    .flatMap(source => (isObject(source) ? fields.map(field => source[field]) : [source]))
    .filter(url => typeof url === 'string')
  // A sender that names a repository in a way unknown here must not wake all.
  if (urls.length === 0 && (repository !== undefined || project !== undefined)) return undefined
  return { repositories: urls.slice(0, URLS), ...(typeof ref === 'string' && { ref }) }
}

/** Host and path of a repository, equal for its http, ssh and git spellings; a local path as it is. */
function plain(url: string): string {
  const scp = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)(.+)$/.exec(url)
  const parsed = scp ? undefined : URL.parse(url)
  const host = scp ? (scp[1] ?? '') : (parsed?.hostname ?? '')
  const path = scp ? (scp[2] ?? '') : (parsed?.pathname ?? url)
  const name = path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')
  return `${host.toLowerCase()}/${name}`
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
