import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { Monitor } from '../api/kinds/monitor.ts'
import { sloDashboard } from '../telemetry/slo/dashboard.ts'
import type { Slo } from '../telemetry/slo/event-source.ts'
import { eventQueries, NotInMetrics } from '../telemetry/slo/promql.ts'
import { ruleGroup, selectorOf } from '../telemetry/slo/rules.ts'
import { type Command, UsageError } from './command.ts'
import { connect, connectionOptions } from './connection.ts'

export const monitorRules: Command = {
  name: 'monitor rules',
  summary: 'Write rules for Prometheus and dashboards for Grafana that say what Monitors say.',
  arguments: ['NAME?'],
  options: {
    out: { type: 'string', value: 'DIR', required: true, summary: 'folder to write into' },
    ...connectionOptions,
  },
  help: [
    'For each Monitor with an objective: DIR/rules/NAMESPACE-NAME.yaml (Prometheus 2.42 or later) and DIR/dashboards/NAMESPACE-NAME.json.',
    'Objectives about scores stay with Keelway, since no metric tells them: they are named and left out.',
  ].join('\n'),
  async run(invocation) {
    const client = await connect(invocation)
    const [name] = invocation.positionals
    const { items } = await client.list(Monitor, { namespace: client.namespace })
    const monitors = items.filter(({ metadata }) => name === undefined || metadata.name === name)
    if (name !== undefined && monitors.length === 0)
      throw new UsageError(`namespace ${client.namespace} has no Monitor "${name}"`)
    const folder = invocation.required('out')
    const written: string[] = []
    for (const monitor of monitors) {
      const { slo } = monitor.spec
      const files = slo && rulesOf(monitor, slo, invocation.err)
      for (const [path, text] of Object.entries(files ?? {})) {
        await mkdir(join(folder, path, '..'), { recursive: true })
        await writeFile(join(folder, path), text)
        written.push(join(folder, path))
      }
    }
    invocation.out(
      invocation.json
        ? JSON.stringify({ written })
        : written.length > 0
          ? written.join('\n')
          : `namespace ${client.namespace} has no Monitor with an objective that metrics tell`,
    )
    return 0
  },
}

/** The files of one Monitor by path; undefined when metrics can't say what it says. */
export function rulesOf(
  monitor: Pick<Monitor, 'metadata'>,
  slo: Slo,
  warn: (text: string) => void,
): Record<string, string> | undefined {
  const { name, namespace = '' } = monitor.metadata
  try {
    const { note } = eventQueries(slo, namespace, selectorOf(monitor))
    if (note) warn(`${name}: ${note}`)
    const written = `Written by keelway monitor rules of Monitor ${namespace}/${name}; do not edit.`
    const comments = [written, ...(note ? [note] : [])].map(line => `# ${line}\n`).join('')
    const groups = stringify(
      { groups: [ruleGroup(monitor, slo)] },
      { lineWidth: 0, aliasDuplicateObjects: false },
    )
    const file = `${namespace}-${name}`
    return {
      [join('rules', `${file}.yaml`)]: comments + groups,
      [join('dashboards', `${file}.json`)]: `${JSON.stringify(sloDashboard(monitor, slo), null, 2)}\n`,
    }
  } catch (error) {
    if (!(error instanceof NotInMetrics)) throw error
    warn(`${name} is left out: ${error.message}`)
    return undefined
  }
}
