import type { Transport } from '../../client/transport.ts'
import type { RecordedRun } from '../orchestrator.ts'
import type { SkillCard, SkillHost } from './host.ts'

/** The skills of an API server, over its routes. Its answers are ours, so that they are taken as they are. */
export function remoteHost(transport: Transport): SkillHost {
  return {
    async list() {
      const { skills } = (await transport.request({ method: 'GET', path: '/skills' })) as {
        skills: SkillCard[]
      }
      return skills
    },
    async handle(request, { signal, step } = {}) {
      const [path, body] = routeOf(request)
      for await (const line of transport.stream({
        method: 'POST',
        path: `${path}?stream=true`,
        body,
        ...(signal && { signal }),
      })) {
        const { step: said, run, failed } = line as { step?: string; run?: RecordedRun; failed?: string }
        if (said !== undefined) step?.(said)
        if (failed !== undefined) throw new Error(failed)
        if (run) return run
      }
      signal?.throwIfAborted()
      throw new Error('the server ended the answer before it was whole; is keelway up running?')
    },
  }
}

function routeOf(request: Parameters<SkillHost['handle']>[0]): [path: string, body: object] {
  const { namespace } = request
  switch (request.kind) {
    case 'words': {
      const { text: question, timeZone, model } = request
      return [
        '/skills/ask',
        {
          question,
          namespace,
          ...(timeZone !== undefined && { timeZone }),
          ...(model !== undefined && { model }),
        },
      ]
    }
    case 'skill':
      return ['/skills/run', { skill: request.skill, input: request.input, namespace }]
    default:
      throw new Error(`requests of kind ${request.kind} are for the system itself`)
  }
}
