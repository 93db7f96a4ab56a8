import { type Convention, conventions } from './names.ts'

/** How calls are told to an OpenTelemetry collector. */
export interface OtlpSettings {
  /** Of the traces signal, such as `http://127.0.0.1:4318/v1/traces`. */
  url: string
  headers: Record<string, string>
  timeoutMs: number
  serviceName: string
  /** Further attributes of the resource. */
  resource: Record<string, string>
  convention: Convention
  content: boolean
  openInference: boolean
}

/** Settings that can not be used: which, and what to do. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

type Environment = Readonly<Record<string, string | undefined>>

/** The names of spans and metrics: `KEELWAY_SEMCONV`, 1.41.1 when nothing is said. */
export function conventionOf(environment: Environment): Convention {
  const wanted = environment.KEELWAY_SEMCONV || conventions[0]
  const found = conventions.find(convention => convention === wanted)
  if (!found) throw new SettingsError(`KEELWAY_SEMCONV is "${wanted}": use ${conventions.join(' or ')}`)
  return found
}

/**
 * Settings from the variables that the OpenTelemetry specification names (`OTEL_EXPORTER_OTLP_*`, `OTEL_SERVICE_NAME`,
 * `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_SDK_DISABLED`). `url` is a collector given on the command line.
 * @returns undefined when no collector is named
 * @throws SettingsError naming the variable
 */
export function otlpSettings(environment: Environment, url?: string): OtlpSettings | undefined {
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined
  const of = (name: string): string | undefined =>
    environment[`OTEL_EXPORTER_OTLP_TRACES_${name}`] || environment[`OTEL_EXPORTER_OTLP_${name}`] || undefined
  const own = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || undefined
  const base = url ?? environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? ''
  const endpoint = url === undefined && own !== undefined ? own : base && tracesUrl(base)
  if (!endpoint) return undefined
  checkUrl(endpoint)
  const protocol = of('PROTOCOL') ?? 'http/json'
  if (!/^http\/(json|protobuf)$/.test(protocol))
    throw new SettingsError(
      `OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}": OTLP over HTTP is spoken here, which every collector takes on port 4318`,
    )
  const timeoutMs = Number(of('TIMEOUT') ?? 10_000)
  if (!(timeoutMs > 0)) throw new SettingsError('OTEL_EXPORTER_OTLP_TIMEOUT must be milliseconds above 0')
  const { 'service.name': named, ...resource } = listOf(environment.OTEL_RESOURCE_ATTRIBUTES)
  return {
    url: endpoint,
    headers: listOf(of('HEADERS')),
    timeoutMs,
    serviceName: environment.OTEL_SERVICE_NAME || named || 'keelway-gateway',
    resource,
    convention: conventionOf(environment),
    content: isTrue(environment.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT),
    openInference: isTrue(environment.KEELWAY_OPENINFERENCE),
  }
}

const isTrue = (text: string | undefined): boolean => text?.toLowerCase() === 'true'

/** A base URL gets the path of the signal, as the OTLP specification says. */
const tracesUrl = (base: string): string =>
  base.endsWith('/v1/traces') ? base : `${base.replace(/\/+$/, '')}/v1/traces`

function checkUrl(url: string): void {
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new SettingsError(`the collector "${url}" is no http or https URL`)
}

/** `key=value` pairs with commas between, values percent-encoded (W3C Baggage). */
function listOf(text: string | undefined): Record<string, string> {
  const pairs = (text ?? '').split(',').flatMap(pair => {
    const at = pair.indexOf('=')
    return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())] as const]
  })
  return Object.fromEntries(pairs)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}
