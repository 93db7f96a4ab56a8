import { helpOf, parseInvocation, UsageError } from './command.ts'
import { commands } from './commands.ts'

/** Runs one command line and sets the exit code: 0 done, 1 the answer is no, 2 bad input, 70 a fault of ours. */
export async function main(args: string[]): Promise<void> {
  // A reader that goes away, such as head, ends the command and is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
  const err = (text: string) => void process.stderr.write(text.endsWith('\n') ? text : `${text}\n`)
  try {
    process.exitCode = await dispatch(args, err)
  } catch (error) {
    if (error instanceof UsageError) {
      err(`keelway: ${error.message}`)
      process.exitCode = 2
      return
    }
    err(
      `keelway: ${error instanceof Error ? (process.env.KEELWAY_DEBUG ? error.stack : error.message) : String(error)}`,
    )
    process.exitCode = 70
  }
}

async function dispatch(args: string[], err: (text: string) => void): Promise<number> {
  const out = (text: string) => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
  const entry = commands
    .filter(({ name }) => name.split(' ').every((word, i) => args[i] === word))
    .sort((a, b) => b.name.length - a.name.length)[0]
  if (!entry) {
    const asked = args.find(arg => !arg.startsWith('-'))
    if (asked && asked !== 'help')
      throw new UsageError(`there is no command "${args.join(' ')}"; see keelway --help`)
    out(overview())
    return 0
  }
  const command = await entry.load()
  const rest = args.slice(entry.name.split(' ').length)
  if (rest.includes('--help') || rest.includes('-h')) {
    out(helpOf(command))
    return 0
  }
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stop.abort(new Error(`stopped by ${name}`)))
  return command.run(parseInvocation(command, rest, { out, err, signal: stop.signal }))
}

function overview(): string {
  const width = Math.max(0, ...commands.map(({ name }) => name.length))
  return [
    'keelway: deliver, serve and operate AI-powered applications from Git',
    '',
    'Commands:',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'keelway COMMAND --help says more. For resources use kubectl with the kubeconfig in the state directory.',
    '',
  ].join('\n')
}
