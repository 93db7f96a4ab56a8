/**
 * The story of this example: seven commits and the traffic they meet. `keelway demo` plays it; `node prepare.ts DIR`
 * writes what each commit changes to DIR/1 … DIR/7 and the live data beside them, to look at or to play by hand.
 */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Change, Story } from '../../src/cli/demo/story.ts'
import { type Mail, mailParts, withoutNewerSpam, withShuffledLabels } from './mail.ts'
import { type PromptVersion, promptText, recordedAnswers, refundParts } from './refund.ts'

/** A language model that answers instead of the recorded answers; its key is in Secret `desk`. */
export interface LiveModel {
  url: string
  model: string
}

const SMALL = 50

/** Writes the live data to a directory outside the repository, and tells what is committed and what is sent. */
export async function story(dataDirectory: string, live?: LiveModel): Promise<Story> {
  const mail = mailParts()
  const refund = refundParts()
  const small = mail.train.slice(0, SMALL)
  await writeFiles(dataDirectory, {
    'mail-live.jsonl': mailLines(mail.live),
    'refund-live.jsonl': jsonLines(refund.live),
  })
  const changes: Change[] = [
    {
      title: 'Start with fifty mails and a first prompt',
      author: 'Lin Data <lin@example.com>',
      routes: ['mail-triage', 'refund-desk'],
      outcome: 'live',
      async apply(repository) {
        await cp(join(import.meta.dirname, 'deploy'), join(repository, 'deploy'), { recursive: true })
        if (live) await askLiveModel(repository, live)
        await writeFiles(repository, {
          'data/mail-train.jsonl': mailLines(small),
          'data/mail-gate.jsonl': mailLines(mail.gate),
          'data/refund-gate.jsonl': jsonLines(refund.gate),
          'data/refund-answers.jsonl': jsonLines(recordedAnswers()),
          'deploy/refund-prompt.yaml': promptYaml('v1'),
        })
      },
    },
    {
      title: 'Train from all mail',
      author: 'Lin Data <lin@example.com>',
      routes: ['mail-triage'],
      outcome: 'promoted',
      apply: files({ 'data/mail-train.jsonl': mailLines(mail.train) }),
    },
    {
      title: 'Import labels from the new tool',
      author: 'Max Tools <max@example.com>',
      routes: ['mail-triage'],
      outcome: 'rejected',
      apply: files({ 'data/mail-train.jsonl': mailLines(withShuffledLabels(mail.train, 0.6)) }),
    },
    {
      title: 'Repair the labels, keep old mail only',
      author: 'Max Tools <max@example.com>',
      routes: ['mail-triage'],
      outcome: 'rolled-back',
      apply: files({
        'data/mail-train.jsonl': mailLines(withoutNewerSpam(mail.train)),
        'data/mail-gate.jsonl': mailLines(withoutNewerSpam(mail.gate)),
      }),
    },
    {
      title: 'State the refund policy precisely',
      author: 'Ros Desk <ros@example.com>',
      routes: ['refund-desk'],
      outcome: 'promoted',
      apply: files({ 'deploy/refund-prompt.yaml': promptYaml('v2') }),
    },
    {
      title: 'Shorten the prompt',
      author: 'Max Tools <max@example.com>',
      routes: ['refund-desk'],
      outcome: 'rejected',
      apply: files({ 'deploy/refund-prompt.yaml': promptYaml('v3') }),
    },
    {
      title: 'Accept returns for 14 days',
      author: 'Ros Desk <ros@example.com>',
      routes: ['refund-desk'],
      outcome: 'rolled-back',
      apply: files({ 'deploy/refund-prompt.yaml': promptYaml('v4') }),
    },
  ]
  return {
    sizes:
      `mail: ${mail.train.length} to train from (${SMALL} at first), ${mail.gate.length} for the gate, ` +
      `${mail.live.length} live; ${mail.messages} messages less ${mail.repeats} that repeat another\n` +
      `refund-desk: ${refund.gate.length} inputs for the gate, ${refund.live.length} live`,
    changes,
    traffic: [
      { route: 'mail-triage', rate: 500, rows: mail.live.map(({ text, label }) => ({ input: text, label })) },
      {
        route: 'refund-desk',
        rate: 250,
        field: 'action',
        rows: refund.live.map(({ user, expected }) => ({ input: user, label: expected })),
      },
    ],
  }
}

const files =
  (contents: Record<string, string>): Change['apply'] =>
  repository =>
    writeFiles(repository, contents)

async function writeFiles(directory: string, contents: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(contents)) {
    const file = join(directory, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
}

const jsonLines = (records: readonly unknown[]): string =>
  records.map(record => `${JSON.stringify(record)}\n`).join('')

const mailLines = (mails: readonly Mail[]): string => jsonLines(mails)

const promptYaml = (version: PromptVersion): string => `# How the language model is told to decide.
apiVersion: keelway.dev/v1alpha1
kind: Prompt
metadata: { name: refund }
spec:
  messages:
    - role: system
      content: |-
${promptText(version).replace(/^/gm, '        ')}
`

/** Points the provider of the committed resources at an endpoint of the OpenAI HTTP API. */
async function askLiveModel(repository: string, { url, model }: LiveModel): Promise<void> {
  const deploy = join(repository, 'deploy')
  const route = await readFile(join(deploy, 'refund-desk.yaml'), 'utf8')
  if (!route.includes('model: desk-model'))
    throw new Error('deploy/refund-desk.yaml names no model desk-model')
  await writeFiles(deploy, {
    'refund-desk.yaml': route.replace('model: desk-model', `model: ${JSON.stringify(model)}`),
    'provider.yaml': `# A live language model; its key is in Secret desk.
apiVersion: keelway.dev/v1alpha1
kind: ModelProvider
metadata: { name: desk }
spec: { protocol: openai, endpoint: ${JSON.stringify(url)}, key: { name: desk, key: apiKey } }
`,
  })
}

if (import.meta.main) {
  const [directory] = process.argv.slice(2)
  if (!directory) throw new Error('name the directory to write to: node prepare.ts DIR')
  const { sizes, changes } = await story(join(directory, 'live'))
  for (const [index, change] of changes.entries()) {
    await change.apply(join(directory, String(index + 1)))
    console.log(`${index + 1}  ${change.routes.join(', ')}: ${change.title} (must end ${change.outcome})`)
  }
  console.log(sizes)
}
