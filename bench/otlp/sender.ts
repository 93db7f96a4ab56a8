import { randomFillSync } from 'node:crypto'
import { systemClock } from '../../src/lib/clock.ts'
import { toProtobuf } from '../../src/telemetry/intake/otlp/encode.fake.ts'
import { bodies } from './bodies.ts'

const senders = 4

/** Sends requests of one kind for so many seconds, each as soon as the one before is answered; spans always new ones. */
export async function send(url: string, what: string, seconds: number): Promise<void> {
  const [, path, json] = bodies.find(([name]) => name === what) ?? []
  if (path === undefined || json === undefined) throw new Error(`there is no body of ${what}`)
  const until = performance.now() + seconds * 1000
  const one = async () => {
    const body = Buffer.from(toProtobuf(path, json))
    const ids = spanIdsIn(body, json)
    while (performance.now() < until) {
      for (const at of ids) randomFillSync(body, at, 8)
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body,
      })
      await response.arrayBuffer()
      if (response.status === 503) await systemClock.sleep(Number(response.headers.get('retry-after')) * 1000)
      else if (response.status !== 200) throw new Error(`answered ${response.status}`)
    }
  }
  await Promise.all(Array.from({ length: senders }, one))
}

/** Where span ids of spans stand, so that they can be others the next time: the store keeps a span once. */
function spanIdsIn(body: Buffer, json: object): number[] {
  const { resourceSpans } = json as {
    resourceSpans?: { scopeSpans: { spans: { spanId: string }[] }[] }[]
  }
  let from = 0
  return (resourceSpans ?? [])
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    .map(({ spanId }) => {
      from = body.indexOf(Buffer.from(spanId, 'hex'), from)
      return from
    })
}
