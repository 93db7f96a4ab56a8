import type { CommandOutput } from './command-output.ts'

/** What a container wrote, as far as it is there. */
export interface ContainerLog {
  namespace?: string
  /** Kind and name as the command had it, such as `pod` and `checkout-7d4b9c6f5-x2vlq`. */
  kind: string
  name: string
  container?: string
  /** Of the container before it was restarted. */
  previous: boolean
  text: string
}

const start = /^==== START logs for container (\S{1,253}) of pod (\S{1,253})\/(\S{1,253}) ====$/

/** `<namespace>/<pod>/logs.txt` of a dump: the logs of all containers of a pod, between lines that name them. */
export function dumpedLogs(text: string, file: string): ContainerLog[] {
  const [pod = '', namespace] = file.split('/').slice(0, -1).reverse()
  const logs: ContainerLog[] = []
  let lines: string[] = []
  let open: Omit<ContainerLog, 'text'> | undefined
  const finish = () => {
    const whole = lines.join('\n').trim()
    if (open) logs.push({ ...open, text: whole })
    else if (whole !== '')
      logs.push({
        kind: 'pod',
        name: pod,
        previous: false,
        text: whole,
        ...(namespace !== undefined && { namespace }),
      })
    lines = []
  }
  for (const line of text.split('\n')) {
    const begin = start.exec(line)
    if (!begin && !line.startsWith('==== END logs for container ')) {
      lines.push(line)
      continue
    }
    finish()
    const [, container = '', inNamespace = '', name = ''] = begin ?? []
    open = begin ? { namespace: inNamespace, kind: 'pod', name, container, previous: false } : undefined
  }
  finish()
  return logs
}

/** What `kubectl logs` printed. */
export function printedLog({
  verb,
  kind,
  name,
  namespace,
  flags,
  text,
}: CommandOutput): ContainerLog | undefined {
  if (verb !== 'logs' || name === undefined) return undefined
  const container = flags['-c'] ?? flags['--container']
  return {
    kind: kind ?? 'pod',
    name,
    previous: flags['--previous'] !== undefined || flags['-p'] !== undefined,
    text,
    ...(namespace !== undefined && { namespace }),
    ...(container !== undefined && { container }),
  }
}
