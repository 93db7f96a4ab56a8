import { digestOf, shortDigest } from '../../lib/digest.ts'
import type { EventRecord } from '../signals/signal.ts'
import { cut } from './attributes.ts'
import { Fields, Malformed, parseJson } from './fields.ts'
import { cleanAttributes, message, resource } from './plain-values.ts'
import type { Report, ReportAbout } from './report.ts'

/**
 * Findings of scanners as SARIF 2.1.0 (OASIS, sarif-v2.1.0): an event for each result that is a finding, is not
 * suppressed and is not gone.
 */
export const sarif: Report = {
  type: 'sarif',
  summary: 'Findings of scanners, as SARIF 2.1.0',
  path: '/v1/sarif',
  read(body, about, now) {
    const log = new Fields(parseJson(body))
    const version = log.text('version')
    if (version !== '2.1.0') throw new Malformed(`version is ${cut(version, 20)}; this is for SARIF 2.1.0`)
    return log.list('runs', 100).flatMap(run => findings(run, about, now))
  },
}

function findings(run: Fields, about: ReportAbout, now: number): EventRecord[] {
  const driver = run.fields('tool').fields('driver')
  const tool = driver.text('name')
  const rules = driver.list('rules')
  const byId = new Map(rules.map(rule => [rule.text('id'), rule]))
  const ended = run.list('invocations', 100).map(invocation => invocation.optionalTime('endTimeUtc'))
  const at = ended.find(time => time !== undefined) ?? now
  const commit = about.commit ?? run.list('versionControlProvenance', 100)[0]?.optionalText('revisionId')
  return run
    .list('results')
    .filter(isFinding)
    .map(result => {
      const index =
        result.optionalNumber('ruleIndex') ?? result.optionalFields('rule')?.optionalNumber('index')
      const given = result.optionalText('ruleId') ?? result.optionalFields('rule')?.optionalText('id')
      const rule = (index === undefined ? undefined : rules[index]) ?? byId.get(given ?? '')
      const id = given ?? rule?.optionalText('id') ?? 'finding'
      const place = placeOf(result)
      return {
        kind: 'event',
        resource: resource({ service: about.service, namespace: about.namespace, version: about.version }),
        at,
        source: 'scan',
        reason: cut(id, 256),
        severity: severityOf(result, rule),
        message: message(textOf(result, rule)),
        key: `scan/${cut(tool, 64)}/${fingerprint(result, [about.service ?? '', id, place.where])}`,
        count: result.optionalNumber('occurrenceCount') ?? 1,
        attributes: cleanAttributes({
          'scan.tool': tool,
          'scan.tool_version': driver.optionalText('semanticVersion') ?? driver.optionalText('version'),
          'scan.rule': id,
          'scan.title': rule?.optionalFields('shortDescription')?.optionalText('text'),
          'scan.help': rule?.optionalText('helpUri'),
          'scan.security_severity': rule?.optionalFields('properties')?.raw('security-severity'),
          'scan.state': result.optionalText('baselineState'),
          'code.file': place.file,
          'code.line': place.line,
          'ci.commit': commit,
        }),
      } satisfies EventRecord
    })
}

/** Results also say what passed, what does not apply, and what somebody accepted. */
function isFinding(result: Fields): boolean {
  if ((result.optionalText('kind') ?? 'fail') !== 'fail') return false
  if (result.optionalText('baselineState') === 'absent') return false
  const accepted = (suppression: Fields) => (suppression.optionalText('status') ?? 'accepted') === 'accepted'
  return !result.list('suppressions', 100).some(accepted)
}

function severityOf(result: Fields, rule: Fields | undefined): EventRecord['severity'] {
  const level =
    result.optionalText('level') ??
    rule?.optionalFields('defaultConfiguration')?.optionalText('level') ??
    'warning'
  return level === 'error' || level === 'warning' ? level : 'info'
}

/** The message, with placeholders filled in, itself or by its id among the rule's. */
function textOf(result: Fields, rule: Fields | undefined): string {
  const given = result.fields('message')
  const id = given.optionalText('id')
  const text =
    given.optionalText('text') ??
    (id === undefined
      ? undefined
      : rule?.optionalFields('messageStrings')?.optionalFields(id)?.optionalText('text')) ??
    rule?.optionalFields('shortDescription')?.optionalText('text') ??
    ''
  const values = given.raw('arguments')
  return text.replace(/\{(\d{1,2})\}/g, (whole, index: string) => {
    const value: unknown = Array.isArray(values) ? values[Number(index)] : undefined
    return typeof value === 'string' ? value : whole
  })
}

function placeOf(result: Fields): { where: string; file: string | undefined; line: number | undefined } {
  const [location] = result.list('locations', 1000)
  const physical = location?.optionalFields('physicalLocation')
  const file = physical?.optionalFields('artifactLocation')?.optionalText('uri')
  const line = physical?.optionalFields('region')?.optionalNumber('startLine')
  const logical = location?.list('logicalLocations', 100)[0]?.optionalText('fullyQualifiedName')
  return { where: `${file ?? logical ?? ''}:${line ?? ''}`, file, line }
}

/** What the tool itself says makes two results the same one, else rule and place. */
function fingerprint(result: Fields, otherwise: readonly string[]): string {
  const prints = { ...result.texts('partialFingerprints'), ...result.texts('fingerprints') }
  const own = Object.entries(prints).sort(([a], [b]) => (a < b ? -1 : 1))
  return shortDigest(
    digestOf(JSON.stringify(own.length > 0 ? [otherwise[0], otherwise[1], own] : otherwise)),
    24,
  )
}
