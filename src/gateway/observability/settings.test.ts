import { expect, test } from 'vitest'
import { conventionOf, otlpSettings, SettingsError } from './settings.ts'

test('without a collector nothing is told, and the SDK can be switched off', () => {
  expect(otlpSettings({})).toBeUndefined()
  expect(
    otlpSettings({ OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:4318' }),
  ).toBeUndefined()
})

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:4318' }, undefined, 'http://a:4318/v1/traces'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:4318/base/' }, undefined, 'http://a:4318/base/v1/traces'],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://a/x' }, undefined, 'http://a/x'],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://a/x' }, 'http://b:1', 'http://b:1/v1/traces'],
  [{}, 'http://b:1/v1/traces', 'http://b:1/v1/traces'],
])('%j and --otlp %s mean %s', (environment, url, expected) => {
  expect(otlpSettings(environment, url)?.url).toBe(expected)
})

test('the variables of one signal win over those of all', () => {
  const settings = otlpSettings({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a',
    OTEL_EXPORTER_OTLP_TIMEOUT: '5',
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '7',
    OTEL_EXPORTER_OTLP_HEADERS: 'a=%zz, b=2',
  })
  expect(settings).toMatchObject({ timeoutMs: 7, headers: { a: '%zz', b: '2' } })
})

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://a' }, 'ftp://a'],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    'OTEL_EXPORTER_OTLP_PROTOCOL',
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_EXPORTER_OTLP_TIMEOUT: 'soon' },
    'OTEL_EXPORTER_OTLP_TIMEOUT',
  ],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', KEELWAY_SEMCONV: '2' }, 'KEELWAY_SEMCONV'],
])('%j is refused by name', (environment, name) => {
  expect(() => otlpSettings(environment)).toThrow(SettingsError)
  expect(() => otlpSettings(environment)).toThrow(name)
})

test('the conventions are those of the last release unless others are wanted', () => {
  expect(conventionOf({})).toBe('1.41.1')
  expect(conventionOf({ KEELWAY_SEMCONV: 'genai' })).toBe('genai')
})
