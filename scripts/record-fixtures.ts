import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Agent } from 'undici'

/**
 * Records what real servers stream, beside the fixtures that were written from their documentation: one request with text
 * and one with a tool for each server whose key is in the environment. Read a recording before committing it.
 *
 *     OPENAI_API_KEY=… node scripts/record-fixtures.ts
 */
interface Source {
  name: string
  folder: 'openai' | 'anthropic'
  /** Environment variable of the key; a local server has a URL instead. */
  key?: string
  url: string
  model: string
}

const sources: readonly Source[] = [
  openAi('openai', 'https://api.openai.com/v1', 'OPENAI_API_KEY', 'gpt-5-mini'),
  openAi('groq', 'https://api.groq.com/openai/v1', 'GROQ_API_KEY', 'openai/gpt-oss-20b'),
  openAi('deepseek', 'https://api.deepseek.com/v1', 'DEEPSEEK_API_KEY', 'deepseek-chat'),
  openAi('mistral', 'https://api.mistral.ai/v1', 'MISTRAL_API_KEY', 'mistral-small-latest'),
  openAi('together', 'https://api.together.xyz/v1', 'TOGETHER_API_KEY', 'openai/gpt-oss-20b'),
  openAi('openrouter', 'https://openrouter.ai/api/v1', 'OPENROUTER_API_KEY', 'openai/gpt-5-mini'),
  ...local('ollama', 'OLLAMA_URL'),
  ...local('vllm', 'VLLM_URL'),
  ...local('llamacpp', 'LLAMACPP_URL'),
  {
    name: 'anthropic',
    folder: 'anthropic',
    key: 'ANTHROPIC_API_KEY',
    url: 'https://api.anthropic.com/v1/messages',
    model: 'claude-haiku-4-5',
  },
]

const weather = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const cases = {
  text: { prompt: 'Say hello in three languages, one per line.', tool: false },
  tools: { prompt: 'What is the weather in Zürich and in Oslo? Call the tool for both.', tool: true },
}

const agent = new Agent()
let recorded = 0
for (const source of sources) {
  const secret = source.key === undefined ? undefined : process.env[source.key]
  if (source.key !== undefined && !secret) continue
  for (const [name, { prompt, tool }] of Object.entries(cases)) {
    const bytes = await stream(source, secret, prompt, tool)
    const file = join(
      import.meta.dirname,
      `../src/gateway/providers/${source.folder}/fixtures/recorded-${source.name}-${name}.sse`,
    )
    await writeFile(file, secret ? bytes.toString().replaceAll(secret, '[key]') : bytes)
    console.log(`recorded ${file}`)
    recorded++
  }
}
await agent.destroy()
if (recorded === 0)
  console.log(
    `no key in the environment: set one of ${sources
      .map(({ key }) => key)
      .filter(Boolean)
      .join(', ')}`,
  )

function openAi(name: string, base: string, key: string, model: string): Source {
  return { name, folder: 'openai', key, url: `${base}/chat/completions`, model }
}

/** A server of one's own: `VLLM_URL=http://127.0.0.1:8000/v1#model`. */
function local(name: string, variable: string): Source[] {
  const given = process.env[variable]
  if (!given) return []
  const [base = '', model = 'default'] = given.split('#')
  return [{ name, folder: 'openai', url: `${base.replace(/\/+$/, '')}/chat/completions`, model }]
}

async function stream(
  { folder, url, model, name }: Source,
  secret: string | undefined,
  prompt: string,
  tool: boolean,
): Promise<Buffer> {
  const messages = [{ role: 'user', content: prompt }]
  const body =
    folder === 'anthropic'
      ? {
          model,
          max_tokens: 400,
          stream: true,
          messages,
          ...(tool ? { tools: [{ name: 'weather', input_schema: weather }] } : {}),
        }
      : {
          model,
          stream: true,
          messages,
          ...(name === 'mistral' ? {} : { stream_options: { include_usage: true } }),
          ...(tool
            ? { tools: [{ type: 'function', function: { name: 'weather', parameters: weather } }] }
            : {}),
        }
  const auth: Record<string, string> = !secret
    ? {}
    : folder === 'anthropic'
      ? { 'x-api-key': secret }
      : { authorization: `Bearer ${secret}` }
  const response = await agent.request({
    origin: new URL(url).origin,
    path: new URL(url).pathname,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', ...auth },
    body: JSON.stringify(body),
  })
  const bytes = Buffer.from(await response.body.arrayBuffer())
  if (response.statusCode !== 200)
    throw new Error(`${name} answered ${response.statusCode}: ${bytes.toString().slice(0, 500)}`)
  return bytes
}
