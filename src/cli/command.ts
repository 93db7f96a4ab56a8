import { type ParseArgsConfig, parseArgs } from 'node:util'

/** One option of a command, from which parsing and `--help` come. */
export interface Option {
  type: 'string' | 'boolean'
  /** What stands for the value in help, such as FILE. */
  value?: string
  default?: string
  required?: boolean
  /** May be given several times. */
  multiple?: true
  summary: string
}

export interface Invocation {
  positionals: string[]
  text(name: string): string | undefined
  /** All texts of an option that may be given several times. */
  texts(name: string): string[]
  /** The option's text. @throws UsageError when it was not given and has no default. */
  required(name: string): string
  /** The option as a finite number. @throws UsageError naming the option. */
  number(name: string): number | undefined
  flag(name: string): boolean
  json: boolean
  /** Aborted by SIGINT and SIGTERM. */
  signal: AbortSignal
  out(text: string): void
  err(text: string): void
}

/** One command of the CLI: one file under `cli/`, one line in `cli/commands.ts`. */
export interface Command {
  /** One or two words, such as `evaluate plan`. */
  name: string
  summary: string
  /** Names of positional arguments as shown in help, such as `REPO?` (optional) and, last, `FILE...` (one or more). */
  arguments?: readonly string[]
  options: Readonly<Record<string, Option>>
  /** Extra lines of help: what comes out, examples. */
  help?: string
  /** Returns the exit code: 0 did its work, 1 the answer is no. Bad input throws UsageError (exit 2). */
  run(invocation: Invocation): Promise<number>
}

/** Bad input on the command line or in a file named there: one line, exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Parses what follows the command's name. @throws UsageError naming the option or argument. */
export function parseInvocation(
  command: Command,
  args: readonly string[],
  io: Pick<Invocation, 'out' | 'err' | 'signal'>,
): Invocation {
  const { values, positionals } = parse(command, args)
  const many = command.arguments?.at(-1)?.endsWith('...') ?? false
  const most = many ? Number.POSITIVE_INFINITY : (command.arguments?.length ?? 0)
  const least = command.arguments?.filter(name => !name.endsWith('?')).length ?? 0
  const missing = command.arguments?.[positionals.length]
  if (positionals.length < least)
    throw new UsageError(`${command.name} needs ${missing}; see keelway ${command.name} --help`)
  if (positionals.length > most)
    throw new UsageError(`unexpected argument "${positionals[most]}"; see keelway ${command.name} --help`)
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined)
  const required = (name: string) => {
    const value = text(name)
    if (value === undefined) throw new UsageError(`--${name} is required; see keelway ${command.name} --help`)
    return value
  }
  for (const [name, option] of Object.entries(command.options)) if (option.required) required(name)
  return {
    ...io,
    positionals,
    text,
    texts: name => [values[name] ?? []].flat().filter(value => typeof value === 'string'),
    required,
    number: name => {
      const value = text(name)
      if (value === undefined) return undefined
      const number = value.trim() === '' ? Number.NaN : Number(value)
      if (!Number.isFinite(number)) throw new UsageError(`--${name} must be a number, not "${value}"`)
      return number
    },
    flag: name => values[name] === true,
    json: values.json === true,
  }
}

function parse(command: Command, args: readonly string[]) {
  const options: NonNullable<ParseArgsConfig['options']> = { json: { type: 'boolean' } }
  for (const [name, option] of Object.entries(command.options)) {
    options[name] = {
      type: option.type,
      ...(option.multiple ? { multiple: true } : {}),
      ...(option.default === undefined ? {} : { default: option.default }),
    }
  }
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; see keelway ${command.name} --help`, { cause: error })
  }
}

/** The help text of one command. */
export function helpOf(command: Command): string {
  const options = Object.entries({
    ...command.options,
    json: { type: 'boolean' as const, summary: 'print machine-readable JSON' },
  }).map(([name, option]): [string, string] => [
    `--${name}${'value' in option && option.value ? ` ${option.value}` : ''}`,
    `${option.summary}${'default' in option && option.default !== undefined ? ` (default ${option.default})` : ''}`,
  ])
  const width = Math.max(...options.map(([name]) => name.length))
  const positional = (command.arguments ?? [])
    .map(name => (name.endsWith('?') ? `[${name.slice(0, -1)}]` : name))
    .join(' ')
  return [
    `keelway ${command.name} ${positional}${positional ? ' ' : ''}[options]`,
    '',
    command.summary,
    '',
    ...options.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`),
    ...(command.help ? ['', command.help] : []),
    '',
  ].join('\n')
}
