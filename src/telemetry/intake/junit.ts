import { digestOf, shortDigest } from '../../lib/digest.ts'
import type { EventRecord, MetricPoint, Signal } from '../signals/signal.ts'
import { cut } from './attributes.ts'
import { Malformed, timeOf } from './fields.ts'
import { cleanAttributes, message, resource } from './plain-values.ts'
import type { Report, ReportAbout } from './report.ts'
import { parseXml, type XmlElement } from './xml.ts'

/**
 * Results of tests as JUnit XML, the form that most test runners can write
 * (github.com/testmoapp/junitxml describes what is in use): an event for each test that failed, and per suite an
 * event, the number of tests by result and how long it took.
 */
export const junit: Report = {
  type: 'junit',
  summary: 'Results of tests, as JUnit XML',
  path: '/v1/junit',
  read(body, about, now) {
    const root = parseXml(new TextDecoder().decode(body))
    if (root.name !== 'testsuites' && root.name !== 'testsuite')
      throw new Malformed(
        `the root element is <${cut(root.name, 40)}>; JUnit XML has <testsuites> or <testsuite>`,
      )
    return suitesOf(root).flatMap(suite => suiteSignals(suite, about, now))
  },
}

/** Failures told one by one, of one suite; the others are in its count. */
const MAX_FAILURES = 500

/** Suites can lie within suites; each speaks for its own tests. */
function suitesOf(element: XmlElement): XmlElement[] {
  const own = element.name === 'testsuite' && casesOf(element).length > 0 ? [element] : []
  return [...own, ...element.children.filter(({ name }) => name === 'testsuite').flatMap(suitesOf)]
}

const casesOf = (suite: XmlElement): XmlElement[] => suite.children.filter(({ name }) => name === 'testcase')

function suiteSignals(suite: XmlElement, about: ReportAbout, now: number): Signal[] {
  const name = suite.attributes.name ?? 'tests'
  const stamp = suite.attributes.timestamp
  const at = stamp === undefined ? now : (timeOf(stamp) ?? now)
  const cases = casesOf(suite).map(each => ({ each, result: resultOf(each) }))
  const count = (result: string) => cases.filter(one => one.result === result).length
  const counts = {
    passed: count('passed'),
    failed: count('failed'),
    error: count('error'),
    skipped: count('skipped'),
  }
  const bad = cases.filter(({ result }) => result === 'failed' || result === 'error')
  const shared = { about, at, suite: name }
  const seconds = secondsOf(suite)
  const event: EventRecord = {
    kind: 'event',
    resource: resourceOf(about),
    at,
    source: 'ci',
    reason: bad.length > 0 ? 'TestsFailed' : 'TestsPassed',
    severity: bad.length > 0 ? 'error' : 'info',
    message: message(`${name}: ${bad.length} of ${cases.length} tests failed`),
    key: keyOf('suite', shared),
    count: 1,
    attributes: cleanAttributes({
      'test.suite': name,
      'test.passed': counts.passed,
      'test.failed': counts.failed + counts.error,
      'test.skipped': counts.skipped,
      'ci.commit': about.commit,
    }),
  }
  return [
    event,
    ...Object.entries(counts).map(([result, value]) =>
      point('ci.tests', '{test}', value, { ...shared, result }),
    ),
    ...(seconds === undefined ? [] : [point('ci.test.duration', 's', seconds, shared)]),
    ...bad.slice(0, MAX_FAILURES).map(({ each, result }) => failure(each, result, shared)),
  ]
}

interface Shared {
  about: ReportAbout
  at: number
  suite: string
  result?: string
}

function failure(test: XmlElement, result: string, shared: Shared): EventRecord {
  const cause = test.children.find(({ name }) => name === 'failure' || name === 'error')
  const name = test.attributes.name ?? 'unnamed test'
  const group = test.attributes.classname
  const what = cause?.attributes.message ?? cause?.text.trim().split('\n', 1)[0] ?? ''
  return {
    kind: 'event',
    resource: resourceOf(shared.about),
    at: shared.at,
    source: 'ci',
    reason: result === 'error' ? 'TestError' : 'TestFailed',
    severity: 'error',
    message: message(`${group ? `${group}: ` : ''}${name}${what ? `: ${what}` : ''}`),
    key: keyOf(`${group ?? ''}/${name}`, shared),
    count: 1,
    attributes: cleanAttributes({
      'test.suite': shared.suite,
      'test.name': name,
      'test.class': group,
      'test.file': test.attributes.file,
      'test.failure_type': cause?.attributes.type,
      'test.failure': cause?.text.trim(),
      'test.duration_s': secondsOf(test),
      'ci.commit': shared.about.commit,
    }),
  }
}

const point = (
  name: string,
  unit: string,
  value: number,
  { about, at, suite, result }: Shared,
): MetricPoint => ({
  kind: 'metric',
  resource: resourceOf(about),
  at,
  name,
  unit,
  type: 'gauge',
  value,
  attributes: cleanAttributes({ 'test.suite': suite, 'test.result': result }),
})

const resourceOf = ({ service, namespace, version }: ReportAbout) => resource({ service, namespace, version })

function resultOf(test: XmlElement): 'passed' | 'failed' | 'error' | 'skipped' {
  const names = new Set(test.children.map(({ name }) => name))
  if (names.has('error')) return 'error'
  if (names.has('failure')) return 'failed'
  return names.has('skipped') ? 'skipped' : 'passed'
}

/** Some runners write thousands with a comma. */
function secondsOf({ attributes: { time } }: XmlElement): number | undefined {
  const seconds = Number(time?.replaceAll(',', ''))
  return time !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined
}

/** Of one run: a report that is sent twice is told once. */
const keyOf = (what: string, { about, at, suite }: Shared): string =>
  `ci/junit/${shortDigest(digestOf([about.service, about.commit, at, suite, what].join('\n')), 24)}`
