import type { DescribedField } from '../../../telemetry/intake/kubernetes-snapshot/description.ts'
import {
  type Fields,
  fieldIn,
  flagIn,
  linesIn,
  membersOf,
  numberIn,
  timeOf,
  told,
  valueIn,
  within,
} from '../described-field.ts'
import { probeOf } from './probe.ts'

/** A container of a pod or a template, as it is declared. */
export function containerOf({ name, fields }: DescribedField): Record<string, unknown> {
  return {
    name,
    ...told({
      image: valueIn(fields, 'Image'),
      command: fieldIn(fields, 'Command') && wordsOf(linesIn(fieldIn(fields, 'Command'))),
      args: fieldIn(fields, 'Args') && wordsOf(linesIn(fieldIn(fields, 'Args'))),
      ports: portsOf(fields),
      env: variablesOf(fieldIn(fields, 'Environment')),
      envFrom: sourcesOf(fieldIn(fields, 'Environment Variables from')),
      volumeMounts: mountsOf(fieldIn(fields, 'Mounts')),
      // What it asks for is printed when there is any, so that nothing printed is nothing asked for.
      resources: {
        ...told({ limits: amountsOf(fields, 'Limits'), requests: amountsOf(fields, 'Requests') }),
      },
      livenessProbe: probeOf(valueIn(fields, 'Liveness')),
      readinessProbe: probeOf(valueIn(fields, 'Readiness')),
      startupProbe: probeOf(valueIn(fields, 'Startup')),
    }),
  }
}

/** How a container of a pod is; undefined in templates, which say nothing of it. */
export function containerStatusOf({ name, fields }: DescribedField): Record<string, unknown> | undefined {
  const status = told({
    ready: flagIn(fields, 'Ready'),
    restartCount: numberIn(fields, 'Restart Count'),
    image: valueIn(fields, 'Image'),
    imageID: valueIn(fields, 'Image ID'),
    containerID: valueIn(fields, 'Container ID'),
    state: stateOf(fieldIn(fields, 'State')),
    lastState: stateOf(fieldIn(fields, 'Last State')),
  })
  return status && 'state' in status ? { name, ...status } : undefined
}

function stateOf(field: DescribedField | undefined): Record<string, unknown> | undefined {
  if (!field) return undefined
  const { value, fields } = field
  const [reason, message] = [valueIn(fields, 'Reason'), linesIn(fieldIn(fields, 'Message')).join('\n')]
  const words = { reason, ...(message !== '' && { message }) }
  if (value === 'Waiting') return { waiting: { ...told(words) } }
  if (value === 'Running') return { running: { ...told({ startedAt: timeOf(valueIn(fields, 'Started')) }) } }
  if (value !== 'Terminated') return undefined
  return {
    terminated: {
      ...told({
        ...words,
        exitCode: numberIn(fields, 'Exit Code'),
        signal: numberIn(fields, 'Signal'),
        startedAt: timeOf(valueIn(fields, 'Started')),
        finishedAt: timeOf(valueIn(fields, 'Finished')),
      }),
    },
  }
}

/** Words stand one a line; behind `-c` all that follows is one script. */
export function wordsOf(lines: readonly string[]): string[] {
  const script = lines.findIndex(line => /^-[a-z]{0,3}c$/.test(line.trim()))
  return script < 0 || script === lines.length - 1
    ? [...lines]
    : [...lines.slice(0, script + 1), lines.slice(script + 1).join('\n')]
}

/** `80/TCP`, `8080/TCP (http)`, or several apart by commas. */
function portsOf(fields: Fields): Record<string, unknown>[] | undefined {
  const text = valueIn(fields, 'Port') ?? valueIn(fields, 'Ports')
  if (text === undefined) return undefined
  return text.split(',').flatMap(part => {
    const [, port, protocol, name] =
      /^\s{0,9}(\d{1,5})\/(TCP|UDP|SCTP)(?: \(([\w-]{1,63})\))?/.exec(part) ?? []
    return port === undefined
      ? []
      : [{ containerPort: Number(port), protocol, ...(name !== undefined && { name }) }]
  })
}

const amountsOf = (fields: Fields, name: string): Record<string, string> | undefined => {
  const amounts = membersOf(within(fields, name))
  return Object.keys(amounts).length === 0 ? undefined : amounts
}

/** `NAME: value`, and `<set to the key 'password' in secret 'db'>  Optional: false` for references. */
function variablesOf(field: DescribedField | undefined): Record<string, unknown>[] | undefined {
  if (!field) return undefined
  return field.fields.map(({ name, value }) => {
    const [, key, kind, source] =
      /^(?:<set|\*\*\*) to the key '([^']{0,253})' (?:of|in) (config map|secret) '([^']{0,253})'>/.exec(
        value,
      ) ?? []
    if (key === undefined || source === undefined) {
      const path = /\((v1:[\w.[\]']{1,200})\)$/.exec(value)?.[1]
      return path ? { name, valueFrom: { fieldRef: { fieldPath: path.slice(3) } } } : { name, value }
    }
    const reference = { name: source, key, ...(/Optional:\s{1,9}true/.test(value) && { optional: true }) }
    return {
      name,
      valueFrom: kind === 'secret' ? { secretKeyRef: reference } : { configMapKeyRef: reference },
    }
  })
}

/** `app-config  ConfigMap  Optional: false` */
function sourcesOf(field: DescribedField | undefined): Record<string, unknown>[] | undefined {
  if (!field) return undefined
  return linesIn(field).flatMap(line => {
    const [, name, kind, optional] =
      /^(\S{1,253})\s{1,99}(ConfigMap|Secret)(?: with prefix '[^']{0,253}')?\s{1,99}Optional:\s{1,9}(true|false)/.exec(
        line,
      ) ?? []
    if (name === undefined) return []
    const reference = { name, ...(optional === 'true' && { optional: true }) }
    return [kind === 'Secret' ? { secretRef: reference } : { configMapRef: reference }]
  })
}

/** `/data from storage (rw)` and `/etc/app from config (ro,path="app.yaml")` */
const mountsOf = (field: DescribedField | undefined): Record<string, unknown>[] | undefined =>
  field &&
  linesIn(field).flatMap(line => {
    const [, mountPath, name, mode = ''] =
      /^(\S{1,1000}) from (\S{1,253}) \(([^)]{0,1000})\)/.exec(line.trim()) ?? []
    if (name === undefined) return []
    const subPath = /path="([^"]{1,1000})"/.exec(mode)?.[1]
    return [
      {
        name,
        mountPath,
        ...(/^ro\b/.test(mode) && { readOnly: true }),
        ...(subPath !== undefined && { subPath }),
      },
    ]
  })
