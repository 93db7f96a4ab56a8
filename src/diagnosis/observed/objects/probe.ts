import { told } from '../described-field.ts'

/**
 * A probe in the line of `kubectl describe`, such as
 * `http-get http://:8080/healthz delay=5s timeout=1s period=10s #success=1 #failure=3`.
 */
export function probeOf(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined
  const number = (name: string): number | undefined => {
    const digits = new RegExp(`(?:^|\\s)${name}=(\\d{1,9})`).exec(text)?.[1]
    return digits === undefined ? undefined : Number(digits)
  }
  return told({
    ...actionOf(text),
    initialDelaySeconds: number('delay'),
    timeoutSeconds: number('timeout'),
    periodSeconds: number('period'),
    successThreshold: number('#success'),
    failureThreshold: number('#failure'),
  })
}

function actionOf(text: string): Record<string, unknown> {
  const http = /^http-get (https?):\/\/([^/\s:]{0,253}):([\w-]{0,63})(\/\S{0,2000})?/.exec(text)
  if (http) {
    const [, scheme = 'http', host, port, path = '/'] = http
    return {
      httpGet: told({ scheme: scheme.toUpperCase(), host: host || undefined, port: portOf(port), path }),
    }
  }
  const socket = /^tcp-socket ([^\s:]{0,253}):([\w-]{1,63})/.exec(text)
  if (socket) return { tcpSocket: told({ host: socket[1] || undefined, port: portOf(socket[2]) }) }
  const grpc = /^grpc [^\s:]{0,253}:(\d{1,5})(?: (\S{1,253}))?/.exec(text)
  if (grpc) return { grpc: told({ port: Number(grpc[1]) }) }
  const exec = /^exec \[(.{0,4000}?)\](?= delay=|$)/s.exec(text)
  return exec ? { exec: { command: (exec[1] ?? '').split(' ') } } : {}
}

const portOf = (text: string | undefined): number | string | undefined =>
  text === undefined || text === '' ? undefined : /^\d{1,5}$/.test(text) ? Number(text) : text
