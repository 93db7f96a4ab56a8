import type { Evidence } from '../diagnosis.ts'
import { type Analyzer, strengths } from './analyzer.ts'
import { imageName } from './images.ts'
import { healthOf, type View, type Workload, waitingIn, warningsOf } from './view.ts'
import { called, containerCalled, plain, quoted, sentences } from './wording.ts'

const pulling =
  /^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError|RegistryUnavailable)$/

/** An image can not be pulled. */
export const imagePull: Analyzer = {
  name: 'image-pull',
  finds:
    'An image cannot be pulled: it does not exist, the registry is unknown or refuses, its name is invalid, or it is for another architecture.',
  unless: 'The container runs, or the pods are well.',
  rules: ['image-pull-fails'],
  *look(view) {
    for (const workload of view.workloads) {
      if (healthOf(workload) === 'healthy') continue
      const told = toldOf(view, workload)
      if (!told) continue
      const image =
        /image "([^"]{1,500})"/.exec(told.text)?.[1] ??
        [...workload.spec.initContainers, ...workload.spec.containers].find(
          ({ name }) => name === told.container,
        )?.image ??
        workload.spec.containers[0]?.image ??
        ''
      const pull = workload.spec.imagePullSecrets.flatMap(({ name }) => name ?? [])
      yield {
        rule: 'image-pull-fails',
        object: workload,
        class: 'image',
        statement: sentences(
          `${called(workload)}: ${image === '' ? 'an image' : `the image ${quoted(image)}`}${told.container ? ` of ${containerCalled(told.container)}` : ''} cannot be pulled (${told.reason}${told.pod ? `, pod ${plain(told.pod)}` : ''}): ${meaning(told.text, image, pull)}`,
          told.text && plain(told.text.replace(/^Failed to pull image "[^"]{1,500}": /, ''), 160),
        ),
        strength: strengths.told,
        observed: true,
        evidence: told.evidence,
        explains: workload.pods,
      }
    }
  },
}

interface Told {
  text: string
  reason: string
  container?: string
  pod?: string
  evidence: Evidence[]
}

function toldOf(view: View, workload: Workload): Told | undefined {
  const events = warningsOf(view, workload).filter(
    ({ reason, message }) =>
      /Failed to pull image|Failed to inspect image|couldn't parse image name|ErrImageNeverPull|not present with pull policy of Never/.test(
        message,
      ) && /Failed|InspectFailed|ErrImageNeverPull/.test(reason),
  )
  const event = events.find(({ message }) => message.length > 40) ?? events[0]
  for (const pod of workload.pods)
    for (const { container, reason = '', message = '' } of waitingIn(pod))
      if (pulling.test(reason))
        return {
          text: event && event.message.length > message.length ? event.message : message,
          ...{ reason, container, pod: pod.name },
          evidence: [
            {
              source: pod.file,
              detail: `${called(pod)}: container ${plain(container)} waits with ${plain(reason)}`,
            },
            ...(event
              ? [
                  {
                    source: event.file,
                    detail: `${event.about} ${event.reason}: ${plain(event.message, 300)}`,
                  },
                ]
              : []),
          ],
        }
  const running = workload.pods.some(({ status }) =>
    status?.containerStatuses.some(({ state }) => state?.running || state?.terminated),
  )
  if (!event || running) return undefined
  return {
    text: event.message,
    reason: 'ErrImagePull',
    pod: event.name,
    evidence: [
      { source: event.file, detail: `${event.about} ${event.reason}: ${plain(event.message, 300)}` },
    ],
  }
}

function meaning(text: string, image: string, pullSecrets: readonly string[]): string {
  if (image === '' && text === '') return 'its name, its tag or access to its registry is wrong'
  const name = imageName(image)
  if (!name || /couldn't parse image|InvalidImageName|invalid reference format/.test(text))
    return 'this is no valid image name'
  const registry = name.registry || 'docker.io'
  if (/no such host|server misbehaving|lookup .{1,260}: /.test(text))
    return `the registry ${quoted(registry)} does not exist or its name does not resolve`
  if (/connection refused|i\/o timeout|TLS handshake|deadline exceeded|EOF/.test(text))
    return `the registry ${quoted(registry)} cannot be reached`
  if (/toomanyrequests|rate limit/i.test(text))
    return 'the registry limits how often images are pulled (rate limit)'
  if (/no match for platform|no matching manifest|exec format/.test(text))
    return 'there is no such image for the architecture of the node'
  if (
    /unauthorized|authentication required|denied|403 Forbidden|no basic auth|401/.test(text) &&
    !/repository does not exist|not found/.test(text)
  )
    return `the registry refuses access (unauthorized)${pullSecrets.length === 0 ? ', and no imagePullSecrets are set' : ''}`
  if (/not found|manifest unknown|does not exist|NotFound/.test(text))
    return `tag ${quoted(name.tag ?? 'latest')} or repository ${quoted(name.repository)} does not exist (image not found), or needs a login`
  if (/certificate/.test(text)) return `the certificate of registry ${quoted(registry)} is not trusted`
  if (/pull policy of Never|ErrImageNeverPull/.test(text))
    return 'it is not on the node and imagePullPolicy is Never'
  return 'its name, its tag or access to its registry is wrong'
}
