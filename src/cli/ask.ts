import { type Command, UsageError } from './command.ts'
import { connectionOptions } from './connection.ts'
import { connectSkills, exitOf, runText } from './skill-connection.ts'

export const ask: Command = {
  name: 'ask',
  summary: 'Ask in plain words what is wrong, what changed, what it costs, or for something to be proposed.',
  arguments: ['QUESTION'],
  options: {
    model: {
      type: 'string',
      value: 'ROUTE',
      summary:
        'ModelRoute that reads the question, or none (default: the one labelled keelway.dev/for-skills, if any)',
    },
    'time-zone': {
      type: 'string',
      value: 'ZONE',
      summary: 'zone of the times in the question, such as Europe/Berlin (default: that of this machine)',
    },
    ...connectionOptions,
  },
  help: [
    'Says what it understood before it answers, and what it can do when it did not understand. Works without any model;',
    'a model sees placeholders instead of names. Nothing is changed: what should be is a Proposal, which gates and',
    'people decide on. The run is recorded; keelway skill replay RECORD repeats it. Exit 1 when it was not answered.',
    '',
    '  keelway ask "why is checkout slow since noon?"',
    '  keelway ask "scale cart to 5 replicas" --namespace shop',
  ].join('\n'),
  async run(invocation) {
    const [text = ''] = invocation.positionals
    if (text.trim() === '') throw new UsageError('the question is empty; see keelway ask --help')
    await using skills = connectSkills(invocation)
    const { namespace } = skills
    const run = await skills.handle(
      {
        kind: 'words',
        text,
        namespace,
        timeZone: invocation.text('time-zone') ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
        model: invocation.text('model'),
      },
      {
        signal: invocation.signal,
        ...(!invocation.json && { step: what => invocation.err(`  ${what}`) }),
      },
    )
    invocation.out(invocation.json ? JSON.stringify(run) : runText(run))
    return exitOf(run)
  },
}
