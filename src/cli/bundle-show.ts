import { systemClock } from '../lib/clock.ts'
import { type BundleContents, contentsOf } from '../telemetry/bundle/contents.ts'
import type { BundleIncident } from '../telemetry/bundle/incident.ts'
import { BundleError } from '../telemetry/bundle/layout.ts'
import { loadBundle } from '../telemetry/bundle/load.ts'
import { type Command, UsageError } from './command.ts'
import { momentText } from './moment.ts'

const mostServices = 40

export const bundleShow: Command = {
  name: 'bundle show',
  summary: 'Say what is in an evidence bundle.',
  arguments: ['DIR'],
  options: {},
  help: 'Reads every file of DIR, so that a bundle that is shown can be loaded. Bundles of others in the same layout are read too.',
  async run(invocation) {
    const [folder = '.'] = invocation.positionals
    try {
      const bundle = await loadBundle(folder, { now: systemClock.now() })
      const contents = await contentsOf(bundle)
      if (invocation.json) invocation.out(JSON.stringify({ folder, incident: bundle.incident, ...contents }))
      else invocation.out(contentsText(bundle.incident, contents))
      return 0
    } catch (error) {
      if (error instanceof BundleError) throw new UsageError(error.message, { cause: error })
      throw error
    }
  },
}

function contentsText(incident: BundleIncident, contents: BundleContents): string {
  const { services, counts, bytes, leftOut, ignored } = contents
  const { name, startedAt, detectedAt, service, summary, alerts } = incident
  const number = (value: number) => value.toLocaleString('en')
  const row = (label: string, text: string | undefined) => (text ? [`${label.padEnd(10)}${text}`] : [])
  const more = services.length > mostServices ? ` and ${services.length - mostServices} more` : ''
  return [
    ...row('incident', [name, summary].filter(Boolean).join(': ')),
    ...row('started', startedAt === undefined ? undefined : momentText(startedAt)),
    ...row('detected', detectedAt === undefined ? undefined : momentText(detectedAt)),
    ...row('reported', service),
    ...row('alerts', alerts.length > 0 ? number(alerts.length) : undefined),
    ...row('time', contents.from && `${contents.from} to ${contents.to}`),
    ...row('services', `${number(services.length)}: ${services.slice(0, mostServices).join(', ')}${more}`),
    ...row('metrics', `${number(counts.metrics)} with ${number(counts.points)} points`),
    ...(['logs', 'spans', 'events', 'changes', 'calls', 'objects', 'outputs'] as const).flatMap(part =>
      row(part, number(counts[part])),
    ),
    ...row('size', `${number(Math.ceil(bytes / 1024))} KiB`),
    ...leftOut.map(what => `left out  ${what}`),
    ...ignored.slice(0, 20).map(path => `ignored   ${path}`),
  ].join('\n')
}
