import { z } from 'zod'
import { Delivery } from '../api/kinds/delivery.ts'
import type { ProposalDraft } from '../api/kinds/proposal.ts'
import type { Skill } from './skill.ts'

const text = z.string().describe('What it found.')

const LookInput = z.object({
  service: z.string().optional().describe('Service to look at.'),
  incident: z.string().optional().describe('Incident it is about.'),
  since: z.string().optional().describe('Since when (RFC 3339).'),
  until: z.string().optional().describe('Until when (RFC 3339).'),
})
const LookOutput = z.object({ text, errors: z.number().optional().describe('Log lines.') })

/** Reads logs and the ledger, and says what it read. */
export const look: Skill<typeof LookInput, typeof LookOutput> = {
  name: 'diagnose',
  summary: 'Says what is wrong with a service, from its logs.',
  risk: 'read',
  input: LookInput,
  output: LookOutput,
  permissions: [{ reads: 'signals' }, { reads: 'ledger' }],
  phrases: [
    'why is {service} slow since {since}',
    'what is wrong with {service}',
    'diagnose {service}',
    'root cause of {incident}',
    '{service} returns errors since {since}',
    'investigate {incident}',
    'what broke {service}',
  ],
  async run({ service = '', since }, context) {
    context.step(`reads logs of ${service}`)
    const from = since === undefined ? context.now - 3_600_000 : Date.parse(since)
    const logs = await context.signals.logs({
      resource: { service },
      window: { from, to: context.now },
      limit: 100,
    })
    const [first] = logs
    const said = first ? `the newest says: ${first.body}` : 'none of them says anything'
    return { output: { text: `${service} wrote ${logs.length} lines; ${said}`, errors: logs.length } }
  },
}

const ScaleInput = z.object({
  workload: z.string().describe('Workload to scale.'),
  replicas: z.number().int().min(1).max(100).describe('How many it should have.'),
})

export const draftFor = (workload: string, replicas: number): ProposalDraft => ({
  delivery: 'shop',
  title: `Run ${replicas} of ${workload}`,
  why: 'It was asked for.',
  skill: 'scale',
  evidence: [],
  changes: [
    {
      file: `deploy/${workload}.yaml`,
      object: { apiVersion: 'apps/v1', kind: 'Deployment', name: workload, namespace: 'shop' },
      operations: [{ op: 'replace', path: '/spec/replicas', value: replicas }],
    },
  ],
  expected: { signal: { service: workload, figure: 'errorRatio', below: 0.01 }, within: '15m' },
  risks: [],
})

/** Drafts a change without looking at much. */
export const scale: Skill<typeof ScaleInput, z.ZodObject<{ text: typeof text }>> = {
  name: 'scale',
  summary: 'Changes how many replicas a workload has.',
  risk: 'propose',
  input: ScaleInput,
  output: z.object({ text }),
  permissions: [{ objects: 'keelway.dev/v1alpha1/Delivery' }],
  phrases: [
    'scale {workload} to {replicas} replicas',
    'run {replicas} copies of {workload}',
    'set the replicas of {workload} to {replicas}',
    'give {workload} {replicas} pods',
    '{workload} needs {replicas} instances',
    'scale up {workload}',
  ],
  async run({ workload, replicas }, context) {
    const delivery = await context.objects.find(Delivery, 'shop')
    return {
      output: {
        text: `${workload} gets ${replicas} replicas in ${delivery?.metadata.name ?? 'no delivery'}`,
      },
      drafts: [draftFor(workload, replicas)],
    }
  },
}

const Nothing = z.object({})

/** Reads what it did not declare. */
export const nosy: Skill<typeof Nothing, z.ZodObject<{ text: typeof text }>> = {
  name: 'nosy',
  summary: 'Reads what it did not ask permission for.',
  risk: 'read',
  input: Nothing,
  output: z.object({ text }),
  permissions: [],
  phrases: ['be nosy', 'look into everything', 'read what is not yours', 'snoop around', 'spy on others'],
  async run(_, context) {
    await context.objects.find(Delivery, 'shop')
    return { output: { text: 'it was let' } }
  },
}
