import { stringify } from 'yaml'
import { admit } from '../api/admission.ts'
import { apiVersionOf, type Resource } from '../api/kind.ts'
import { ModelRoute } from '../api/kinds/model-route.ts'
import { Prompt } from '../api/kinds/prompt.ts'
import { compilePrompt } from '../gateway/prompt.ts'
import { promptContent } from '../gateway/prompts/content.ts'

/** A prompt of another tool, as a Prompt, with everything of it that has no place here. */
export interface Imported {
  /** What it is called there, with its file. */
  from: string
  name: string
  /** Absent: it can not be imported, for the reasons in `lost`. */
  spec?: Partial<Prompt['spec']> & { messages: unknown[] }
  /** Model and parameters it was used with. */
  model?: { provider: string; name: string; parameters: Record<string, string | number | boolean> }
  /** What could not be carried over, and why, each a sentence. */
  lost: string[]
}

/** The prompt as it would be stored; a spec that would be refused becomes a reason. */
export function checked(imported: Imported): Imported {
  if (!imported.spec) return imported
  const { object, causes } = admit(Prompt, resourceOf(imported))
  const [cause] = causes
  const refuse = (why: string): Imported => {
    const { spec: _, ...rest } = imported
    return { ...rest, lost: [...imported.lost, why] }
  }
  if (cause) return refuse(`not imported: ${cause.field}: ${cause.message}`)
  try {
    compilePrompt(promptContent((object as unknown as Prompt).spec), { strict: true })
  } catch (error) {
    return refuse(`not imported: ${(error as Error).message}`)
  }
  return imported
}

const resourceOf = ({ name, spec }: Imported): Resource => ({
  apiVersion: apiVersionOf(Prompt),
  kind: Prompt.kind,
  metadata: { name, namespace: 'default' },
  spec,
})

/** The file: what was lost on top, the Prompt, and a route to start from as a comment, as nobody asked for one. */
export function manifestOf(imported: Imported): string {
  const { from, lost, model, name, spec } = imported
  const head = [`Imported from ${from}.`, ...lost.map(line => `Not carried over: ${line}`)]
  const resource = { apiVersion: apiVersionOf(Prompt), kind: Prompt.kind, metadata: { name }, spec }
  const route = model && {
    apiVersion: apiVersionOf(ModelRoute),
    kind: ModelRoute.kind,
    metadata: { name },
    spec: {
      model: name,
      serve: {
        prompt: { ref: name },
        provider: { ref: model.provider, model: model.name },
        ...(Object.keys(model.parameters).length > 0 ? { parameters: model.parameters } : {}),
      },
    },
  }
  return [
    comment(head.join('\n')),
    stringify(resource, { lineWidth: 110 }).trimEnd(),
    ...(route
      ? [
          '---',
          comment(`The model it was used with, as a route to start from:\n\n${stringify(route).trimEnd()}`),
        ]
      : []),
    '',
  ].join('\n')
}

const comment = (text: string): string =>
  text
    .split(/\r?\n/)
    .map(line => `# ${line}`.trimEnd())
    .join('\n')

/** A name that a resource may have. */
export function resourceName(name: string): string {
  const plain = name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .slice(0, 63)
  return plain.replace(/^[.-]+|[.-]+$/g, '') || 'prompt'
}

const spellings: Readonly<Record<string, string>> = {
  topP: 'top_p',
  topK: 'top_k',
  maxOutputTokens: 'max_tokens',
  maxTokens: 'max_tokens',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
}

/** Settings of a model as parameters of a route; what is no plain value is lost. */
export function parametersOf(config: Record<string, unknown>, field: string, lost: string[]) {
  const parameters: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(config)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      parameters[Object.hasOwn(spellings, name) ? (spellings[name] ?? name) : name] = value
    else if (value !== null)
      lost.push(`${field}.${name}: parameters of a route are plain values; let the client send it`)
  }
  return parameters
}
