import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Command, type Invocation, UsageError } from './command.ts'
import { createScreen } from './demo/screen.ts'

const prepare = new URL('../../examples/support-desk/prepare.ts', import.meta.url)

export const demo: Command = {
  name: 'demo',
  summary:
    'Seven commits travel from Git to live traffic and are promoted, rejected or rolled back, on real data.',
  options: {
    keep: { type: 'string', value: 'DIR', summary: 'keep the repository and the state directory there' },
    provider: {
      type: 'string',
      value: 'URL',
      summary: 'ask a live model at this OpenAI-compatible base URL instead of the recorded answers',
    },
    'key-env': {
      type: 'string',
      value: 'NAME',
      summary: 'environment variable with the API key for --provider',
    },
    model: { type: 'string', value: 'NAME', default: 'gpt-5-mini', summary: 'name of the live model' },
  },
  help: 'Exit 0 when every commit ended as it should, else 1. --json prints one line at the end.',
  async run(invocation) {
    if (!existsSync(prepare))
      throw new UsageError(
        'the demo needs examples/support-desk of a checkout, which this installation lacks',
      )
    const kept =
      invocation.text('keep') ??
      (invocation.json ? await mkdtemp(join(tmpdir(), 'keelway-demo-')) : undefined)
    const directory = kept ? resolve(kept) : await mkdtemp(join(tmpdir(), 'keelway-demo-'))
    if (kept && existsSync(join(directory, 'repository')))
      throw new UsageError(`${directory} holds a demo already: name another directory or remove it`)
    try {
      const { runDemo } = await import('./demo/run.ts')
      const report = await runDemo({
        directory,
        live: liveModel(invocation),
        screen: createScreen(invocation, invocation.json ? process.stderr : process.stdout),
        signal: invocation.signal,
      })
      if (invocation.json) invocation.out(JSON.stringify(report.json))
      if (kept) invocation.err(`repository and state are kept in ${directory}`)
      return report.asExpected ? 0 : 1
    } finally {
      if (!kept) await rm(directory, { recursive: true, force: true })
    }
  },
}

function liveModel(invocation: Invocation): { url: string; key: string; model: string } | undefined {
  const url = invocation.text('provider')
  const name = invocation.text('key-env')
  if (!url) {
    if (name) throw new UsageError('--key-env needs --provider URL')
    return undefined
  }
  const key = name ? process.env[name] : ''
  if (key === undefined)
    throw new UsageError(`environment variable ${name} is not set: put the API key into it`)
  return { url, key, model: invocation.required('model') }
}
