import { z } from 'zod'
import { sourcedStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'
import { stampWriter } from '../source.ts'
import { reference } from './reference.ts'

const zone = z.enum(['user', 'document', 'tool', 'output'])

const share = (what: string) =>
  z
    .object({
      count: z.number().int().describe('Texts that were found.'),
      of: z.number().int().describe('Texts looked at.'),
      rate: z.number().describe('The share.'),
      low: z.number().describe('Lower end of its 95 % interval (Wilson).'),
      high: z.number().describe('Upper end.'),
    })
    .optional()
    .describe(what)

export const Guardrail = defineKind({
  kind: 'Guardrail',
  plural: 'guardrails',
  shortNames: ['gr'],
  summary: 'What looks at requests and answers, by trust zone, and what is done about what it finds.',
  spec: z.object({
    mode: z
      .enum(['shadow', 'enforce'])
      .default('shadow')
      .describe(
        'shadow: verdicts are recorded, nothing is done. enforce: the actions of the rules are done.',
      ),
    onError: z
      .enum(['block', 'allow'])
      .default('block')
      .describe('What happens when a rule can not run: fail closed or open. It is never recorded as passed.'),
    rules: z
      .array(
        z.object({
          name: z
            .string()
            .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
            .max(63)
            .describe('Name shown in verdicts.'),
          detector: z
            .enum([
              'injection',
              'hidden-characters',
              'pii',
              'secrets',
              'topics',
              'language',
              'size',
              'tool-calls',
              'json-schema',
              'groundedness',
              'external',
            ])
            .describe(
              'What looks. tool-calls, json-schema and groundedness look at whole answers; external asks options.url.',
            ),
          zones: z
            .array(zone)
            .min(1)
            .max(4)
            .describe(
              'Where it looks: what the user says, documents, results of tools, or answers. Checks of whole answers take output.',
            ),
          threshold: z
            .number()
            .gt(0)
            .max(1)
            .optional()
            .describe('Scores at or above it count; by default what the detector is calibrated to.'),
          action: z
            .enum(['block', 'flag', 'mask'])
            .default('block')
            .describe(
              'block: refuse. flag: record only. mask: replace what was found, and put it back in the answer when it was in the request.',
            ),
          options: z.record(z.string(), z.unknown()).default({}).describe('Options of the detector.'),
        }),
      )
      .min(1)
      .max(50)
      .describe('Rules; each gives its own verdict.'),
    measure: z
      .array(
        z.object({
          dataset: reference('Dataset').describe('Dataset of attacks and harmless texts.'),
          text: z.string().max(253).default('text').describe('Column with the text.'),
          label: z
            .string()
            .max(253)
            .default('label')
            .describe('Column that says which texts should be found.'),
          positive: z
            .string()
            .max(253)
            .default('injection')
            .describe('Value of the label for texts that should be found; all others should not.'),
          zone: z
            .string()
            .max(253)
            .default('zone')
            .describe('Column with the zone of each text; without that column texts are those of a user.'),
        }),
      )
      .max(10)
      .default([])
      .describe('What the operating point of each rule is measured on, again whenever rule or data change.'),
  }),
  status: z.object({
    ...sourcedStatus,
    operatingPoints: z
      .array(
        z.object({
          rule: z.string().describe('Name of the rule.'),
          dataset: z.string().describe('Name of the Dataset.'),
          datasetDigest: z.string().describe('Digest of its content then.'),
          zone: z.string().describe('Zone of the texts.'),
          detection: share('Share of the texts that should be found that were.'),
          falsePositives: share('Share of the texts that should not be found that were.'),
        }),
      )
      .optional()
      .describe('Measured: what each rule finds and what it finds wrongly, by zone.'),
    measuredDigest: z.string().optional().describe('Digest of rules, data and detectors that was measured.'),
  }),
  rules: [
    {
      rule: "self.spec.rules.all(r, !(r.detector in ['tool-calls', 'json-schema', 'groundedness']) || r.zones == ['output'])",
      message: 'tool-calls, json-schema and groundedness look at whole answers: their zones are [output]',
    },
    {
      rule: "self.spec.rules.all(r, !has(r.action) || r.action != 'mask' || r.detector in ['pii', 'secrets', 'topics', 'external'])",
      message: 'only rules that say where something stands can mask: pii, secrets, topics and external',
    },
  ],
  stamp: stampWriter,
  columns: [
    { name: 'Mode', path: '.spec.mode' },
    { name: 'Ready', path: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Message', path: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Guardrail',
    metadata: { name: 'user-input', namespace: 'default' },
    spec: {
      mode: 'enforce',
      rules: [
        { name: 'injection', detector: 'injection', zones: ['user', 'document', 'tool'] },
        { name: 'personal-data', detector: 'pii', zones: ['user'], action: 'mask' },
      ],
    },
  },
})
export type Guardrail = ResourceOf<typeof Guardrail>
