import { createInterface } from 'node:readline'
import { serveLines } from '../skills/mcp/lines.ts'
import { createMcpSession } from '../skills/mcp/session.ts'
import type { Command } from './command.ts'
import { connectionOptions } from './connection.ts'
import { connectSkills } from './skill-connection.ts'

export const mcp: Command = {
  name: 'mcp',
  summary: 'Serve the skills as tools of the Model Context Protocol, over standard input and output.',
  options: connectionOptions,
  help: [
    'For clients that start a program, such as editors and agents. It reads and proposes and changes nothing itself, as the',
    'user of the kubeconfig. The same is served over HTTP at /mcp of the API server, with a token.',
  ].join('\n'),
  async run(invocation) {
    await using skills = connectSkills(invocation)
    const session = createMcpSession({ host: skills, namespace: skills.namespace })
    const lines = createInterface({ input: process.stdin, signal: invocation.signal })
    await serveLines(session, lines, line => invocation.out(line))
    return 0
  },
}
