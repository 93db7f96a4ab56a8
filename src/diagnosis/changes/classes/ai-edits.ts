import type { Edit } from '../diff/edit.ts'
import { ratioOf, weightOfRatio } from '../diff/value.ts'
import { type DiffClass, type Hit, type Produces, quoted } from './diff-class.ts'

const instructs: Produces = {
  quality: 1,
  refusal: 0.9,
  tokens: 0.8,
  cost: 0.7,
  latency: 0.6,
  validation: 0.7,
  'context-overflow': 0.7,
  'wrong-data': 0.6,
  'retrieval-empty': 0.3,
  error: 0.3,
}
const answers: Produces = {
  quality: 1,
  refusal: 0.9,
  tokens: 0.8,
  cost: 0.9,
  latency: 0.9,
  'rate-limit': 0.7,
  error: 0.7,
  timeout: 0.7,
  'context-overflow': 0.8,
  validation: 0.6,
  'not-found': 0.6,
  unauthorized: 0.5,
  'wrong-data': 0.4,
}
const finds: Produces = {
  'retrieval-empty': 1,
  quality: 0.9,
  latency: 0.6,
  tokens: 0.7,
  'context-overflow': 0.7,
  cost: 0.5,
  'stale-data': 0.6,
  refusal: 0.4,
  'wrong-data': 0.5,
  error: 0.3,
}
const guards: Produces = {
  refusal: 1,
  quality: 0.6,
  latency: 0.4,
  error: 0.5,
  forbidden: 0.5,
  cost: 0.3,
  'traffic-down': 0.4,
}

/** What a language model is told, which one answers, what it is given to read, and what may pass. */
export const aiChanged: DiffClass = {
  name: 'ai-changed',
  fault: 'quality',
  find: edit => [...kinds(edit), ...prompts(edit), ...parameters(edit)],
}

/** Records that say themselves what they are about. */
function kinds({ change, files }: Edit): Hit[] {
  const file = files[0]?.path ?? change.reference ?? change.id
  if (change.change === 'prompt')
    return [{ says: 'changes a prompt', file, strength: 0.8, produces: instructs }]
  if (change.change === 'model')
    return [{ says: 'changes which model answers', file, strength: 0.8, produces: answers }]
  if (change.change === 'route')
    return [
      { says: 'changes where calls of models go', file, strength: 0.8, produces: { ...answers, ...finds } },
    ]
  if (change.change === 'data')
    return [
      {
        says: 'changes the data',
        file,
        strength: 0.7,
        produces: { ...finds, 'wrong-data': 0.8, validation: 0.6, schema: 0.4 },
      },
    ]
  if (change.change === 'policy')
    return [
      {
        says: 'changes a policy',
        file,
        strength: 0.75,
        produces: {
          ...guards,
          forbidden: 0.9,
          unauthorized: 0.5,
          'rate-limit': 0.6,
          timeout: 0.5,
          refused: 0.5,
          unreachable: 0.6,
          scheduling: 0.6,
          dns: 0.4,
        },
      },
    ]
  return []
}

const prompts = ({ files }: Edit): Hit[] =>
  files.flatMap(file => {
    const line = file.added[0] ?? file.removed[0]
    if (file.role !== 'prompt' || line === undefined) return []
    return [
      {
        says: `tells the model something else: ${quoted(line)}`,
        file: file.path,
        strength: 0.85,
        produces: instructs,
      },
    ]
  })

const parameter: readonly (readonly [RegExp, Produces])[] = [
  [/(^|[._-])(model|model_?(name|id)|deployment|engine|provider)s?$/i, answers],
  [
    /temperature|top_?p|frequency_?penalty|presence_?penalty|seed|stop|reasoning/i,
    { quality: 0.9, refusal: 0.4, tokens: 0.5, validation: 0.5, cost: 0.3 },
  ],
  [
    /max_?(output_?|completion_?|new_?)?tokens|context_?(window|length|size)|max_?history|truncat/i,
    { tokens: 0.9, 'context-overflow': 0.9, quality: 0.8, cost: 0.8, latency: 0.6, validation: 0.6 },
  ],
  [
    /chunk|overlap|top_?k|min_?score|similarity|retriev|embedding|rerank|vector|dimension|collection|knowledge/i,
    finds,
  ],
  [/guardrail|moderation|block|safety|filter|threshold|injection|pii/i, guards],
]

const parameters = ({ settings, change }: Edit): Hit[] =>
  settings.flatMap(({ name, before, after, file }): Hit[] => {
    if (!before || !after || file.role === 'manifest') return []
    const words =
      /llm|prompt|agent|rag\b|chat|embedding|openai|anthropic|assistant|guardrail|retriev|completion|\bai\b/i
    const models = /gpt|claude|gemini|llama|mistral|qwen|command-r|sonnet|haiku|opus|embedding/i
    const about =
      words.test(`${file.path} ${name} ${file.context.slice(0, 20).join(' ')}`) ||
      models.test(`${before.text} ${after.text}`)
    if (!about && !['prompt', 'model', 'route'].includes(change.change)) return []
    const produces = parameter.find(([pattern]) => pattern.test(name))?.[1]
    if (!produces) return []
    const ratio = ratioOf(before, after)
    const strength = ratio === undefined ? 0.85 : Math.max(0.5, weightOfRatio(ratio))
    return [
      {
        says: `sets ${name} to ${after.text} instead of ${before.text}`,
        file: file.path,
        strength,
        produces,
      },
    ]
  })
