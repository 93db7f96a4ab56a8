import { Incident } from '../api/kinds/incident.ts'
import { systemClock } from '../lib/clock.ts'
import { bundleSources, toldOf, windowOf } from '../main/evidence.ts'
import { BundleError } from '../telemetry/bundle/layout.ts'
import { writeBundle } from '../telemetry/bundle/write.ts'
import { type Command, type Invocation, UsageError } from './command.ts'
import { connect, connectionOptions } from './connection.ts'
import { momentOf, momentText } from './moment.ts'
import { remoteSignals } from './remote-signals.ts'

export const bundleCreate: Command = {
  name: 'bundle create',
  summary: 'Write what is known of an incident, or of a time, into a folder.',
  options: {
    incident: { type: 'string', value: 'NAME', summary: 'Incident it is about' },
    since: {
      type: 'string',
      value: 'TIME',
      summary: 'an RFC 3339 time, or how long ago such as 2h (default: an hour before the incident)',
    },
    until: {
      type: 'string',
      value: 'TIME',
      summary: 'an RFC 3339 time, or how long ago (default: now, or 10 minutes after the incident)',
    },
    out: { type: 'string', value: 'DIR', summary: 'new folder (default: named after incident and time)' },
    service: { type: 'string', value: 'NAME', summary: 'only it, what it calls, and what calls it' },
    'max-mib': { type: 'string', value: 'N', default: '64', summary: 'most MiB of all files together' },
    ...connectionOptions,
  },
  help: [
    'Secrets and personal data are masked in everything; values of Secrets are never written. What did not fit is said',
    'in manifest.json. The folder appears as a whole or not at all. keelway bundle show DIR says what is in it.',
  ].join('\n'),
  async run(invocation) {
    const now = systemClock.now()
    const name = invocation.text('incident')
    if (name === undefined && invocation.text('since') === undefined)
      throw new UsageError('name an --incident, or a time with --since; see keelway bundle create --help')
    const mebibytes = invocation.number('max-mib') ?? 0
    if (!(mebibytes > 0)) throw new UsageError('--max-mib must be a number above 0')
    const client = await connect(invocation)
    const incident = name === undefined ? undefined : await client.find(Incident, name, client.namespace)
    if (name !== undefined && !incident)
      throw new UsageError(
        `there is no Incident ${client.namespace}/${name}; kubectl get incidents lists them`,
      )
    const window = windowIn(invocation, incident, now)
    const parts = await remoteSignals(invocation.required('state'))
    const service = invocation.text('service')
    const folder = invocation.text('out') ?? `bundle-${name ?? momentText(window.from).replaceAll(':', '')}`
    try {
      const manifest = await writeBundle(
        {
          ...window,
          ...(incident && { incident: toldOf(incident) }),
          ...(service !== undefined && { service }),
          maxBytes: mebibytes * 2 ** 20,
        },
        bundleSources({ ...parts, client }),
        folder,
      )
      if (invocation.json) invocation.out(JSON.stringify({ folder, ...manifest }))
      else
        invocation.out(
          [
            `${folder}: ${momentText(window.from)} to ${momentText(window.to)}`,
            ...manifest.leftOut.map(what => `left out  ${what}`),
          ].join('\n'),
        )
      return 0
    } catch (error) {
      if (error instanceof BundleError) throw new UsageError(error.message, { cause: error })
      throw error
    }
  },
}

/** @throws UsageError when it is none */
function windowIn(invocation: Invocation, incident: Incident | undefined, now: number) {
  const [since, until] = [invocation.text('since'), invocation.text('until')]
  const usual = incident ? windowOf(incident, now) : { from: Number.NaN, to: now }
  const from = since === undefined ? usual.from : momentOf(since, '--since', now, 'ago')
  const to = until === undefined ? usual.to : momentOf(until, '--until', now, 'ago')
  if (!(from < to)) throw new UsageError(`there is no time between ${momentText(from)} and ${momentText(to)}`)
  return { from, to }
}
