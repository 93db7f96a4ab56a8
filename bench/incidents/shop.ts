import { promptText } from './data.ts'

/** What the repository says; a commit changes some of it. */
export interface Shop {
  policy: string
  faqPrompt: string
  model: string
  temperature: number
  price: number
  timeout: string
  guarded: boolean
  /** Share of the calls that the other model gets, percent. */
  otherWeight: number
  budgetUsd: number
  faqBudgetUsd: number
  steps: (string | number)[]
  notes: string
  faqTokens: number
}

export const usual = (steps: Shop['steps']): Shop => ({
  policy: promptText(2),
  faqPrompt: 'You answer questions about opening hours. Answer with one JSON object.',
  model: 'large',
  temperature: 0,
  price: 1,
  timeout: '5s',
  guarded: true,
  otherWeight: 0,
  budgetUsd: 50,
  faqBudgetUsd: 20,
  steps,
  notes: 'How to run the desk.',
  faqTokens: 200,
})

const object = (kind: string, name: string, spec: object): string =>
  `${JSON.stringify({ apiVersion: 'keelway.dev/v1alpha1', kind, metadata: { name }, spec }, null, 2)}\n`

const price = (perMillion: number) => ({
  inputPerMillionUsd: perMillion,
  outputPerMillionUsd: 4 * perMillion,
})

/** The files of the repository: three routes over two providers, so that what is common to which can be seen. */
export function files(shop: Shop, url: string): Record<string, string> {
  const rollout = {
    steps: shop.steps,
    closeAfter: '5s',
    alpha: 0.05,
    metrics: [
      { name: 'quality', from: 'score.correct', margin: 0.1 },
      { name: 'errors', from: 'response.error', kind: 'rare' },
    ],
    atMost: { units: 2000, hours: 1 },
  }
  const provider = (name: string, perMillion: number, timeout: string) =>
    object('ModelProvider', name, {
      protocol: 'openai',
      endpoint: `${url}/${name}/v1`,
      timeout,
      models: ['large', 'grand', 'small'].map(model => ({
        name: model,
        price: price(model === 'small' ? perMillion / 5 : perMillion),
        contextWindow: 8000,
        maxOutputTokens: 400,
      })),
    })
  const route = (name: string, spec: object) =>
    object('ModelRoute', name, { model: name, record: { content: 'output' }, rollout, ...spec })
  const monitors: [string, object][] = ['desk', 'faq', 'mail'].flatMap(name => [
    [
      `${name}-answers`,
      { slo: { objective: 99, window: '7d', calls: { route: { ref: name }, within: '2s' } } },
    ],
    [
      `${name}-quality`,
      { slo: { objective: 97, window: '7d', score: { route: { ref: name }, name: 'correct', atLeast: 1 } } },
    ],
  ])
  return {
    'README.md': `${shop.notes}\n`,
    'deploy/providers/main.yaml': provider('main', shop.price, shop.timeout),
    'deploy/providers/other.yaml': provider('other', 1, '5s'),
    'deploy/desk/prompt.yaml': object('Prompt', 'desk', {
      messages: [{ role: 'system', content: shop.policy }],
    }),
    'deploy/desk/route.yaml': route('desk', {
      serve: {
        prompt: { ref: 'desk' },
        provider: { ref: 'main', model: shop.model },
        parameters: { temperature: shop.temperature },
        ...(shop.otherWeight > 0 && {
          alternatives: [{ ref: 'other', model: 'small', weight: shop.otherWeight }],
        }),
      },
      ...(shop.guarded && { guardrails: [{ ref: 'input' }] }),
      scorers: [
        {
          name: 'valid',
          type: 'json-schema',
          schema: { type: 'object', required: ['action'], properties: { action: { type: 'string' } } },
        },
      ],
    }),
    'deploy/desk/guardrail.yaml': object('Guardrail', 'input', {
      mode: 'enforce',
      rules: [{ name: 'injection', detector: 'injection', zones: ['user'] }],
    }),
    'deploy/faq/prompt.yaml': object('Prompt', 'faq', {
      messages: [{ role: 'system', content: shop.faqPrompt }],
    }),
    'deploy/faq/route.yaml': route('faq', {
      serve: {
        prompt: { ref: 'faq' },
        provider: { ref: 'main', model: 'large' },
        parameters: { max_tokens: shop.faqTokens },
      },
    }),
    'deploy/mail/prompt.yaml': object('Prompt', 'mail', {
      messages: [{ role: 'system', content: promptText(2) }],
    }),
    'deploy/mail/route.yaml': route('mail', {
      serve: { prompt: { ref: 'mail' }, provider: { ref: 'other', model: 'grand' } },
    }),
    'deploy/budgets/desk.yaml': object('Budget', 'desk', {
      routes: ['desk'],
      period: 'day',
      usd: shop.budgetUsd,
    }),
    'deploy/budgets/faq.yaml': object('Budget', 'faq', {
      routes: ['faq'],
      period: 'day',
      usd: shop.faqBudgetUsd,
    }),
    ...Object.fromEntries(
      monitors.map(([name, spec]) => [`deploy/monitors/${name}.yaml`, object('Monitor', name, spec)]),
    ),
  }
}
