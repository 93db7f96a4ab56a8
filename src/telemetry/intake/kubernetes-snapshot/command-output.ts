import { redact } from '../redaction.ts'

/** What a command printed. */
export interface CommandOutput {
  /** As it stands behind the `$`; empty when the text does not say. */
  command: string
  /** The verb of kubectl, such as `get`, and what it was about; of pipes the first command. */
  verb?: string
  kind?: string
  name?: string
  namespace?: string
  /** All flags, such as `--previous` or `-o`, with what follows them. */
  flags: Readonly<Record<string, string>>
  /** Without secrets. */
  text: string
}

/** Texts begin with `$ <command>`, and may hold several commands one after another. */
export function commandOutputs(text: string): CommandOutput[] {
  const parts = text.split(/^(?=\$ \S)/m).filter(part => part.trim() !== '')
  return parts.map(part => {
    const end = part.indexOf('\n')
    const first = end < 0 ? part : part.slice(0, end)
    if (!first.startsWith('$ ')) return { command: '', flags: {}, text: redact(part) }
    const command = first.slice(2).trim()
    return { command: redact(command), ...parsed(command), text: redact(end < 0 ? '' : part.slice(end + 1)) }
  })
}

/** Flags of kubectl that take no value. */
const switches = new Set(
  '-A --all-namespaces --show-labels --previous -p --all-containers --timestamps --no-headers -w --watch --containers -f --follow --prefix'.split(
    ' ',
  ),
)

function parsed(command: string): Omit<CommandOutput, 'command' | 'text'> {
  const [, ...words] = (command.split(' | ')[0] ?? '').split(/\s+/)
  const flags: Record<string, string> = {}
  const plain: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const [flag = '', value] = word.split(/=(.*)/s)
    if (!word.startsWith('-')) plain.push(word)
    else if (value !== undefined || switches.has(flag)) flags[flag] = value ?? ''
    else flags[flag] = words[++at] ?? ''
  }
  const [verb, kind, name] = plain
  const namespace = flags['-n'] ?? flags['--namespace']
  if (!/^(\S*\/)?kubectl /.test(command)) return { flags }
  const [slashKind, slashName] = kind?.split('/') ?? []
  const about =
    verb === 'logs'
      ? { kind: slashName ? (slashKind ?? 'pod') : 'pod', name: slashName ?? kind }
      : { kind: slashKind, name: slashName ?? name }
  return {
    ...(verb !== undefined && { verb }),
    ...(about.kind !== undefined && { kind: about.kind }),
    ...(about.name !== undefined && { name: about.name }),
    ...(namespace !== undefined && { namespace }),
    flags,
  }
}
