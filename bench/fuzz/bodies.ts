/** A request that is answered with 200, and how its answer is told. */
export interface Valid {
  path: string
  body: Record<string, unknown>
}

const tool = {
  name: 'weather',
  description: 'Tells the weather of a place.',
  parameters: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
}
const picture = `data:image/png;base64,${Buffer.from('not really a picture').toString('base64')}`

/** Requests of every protocol that use what it has. */
export const validRequests: readonly Valid[] = [
  {
    path: '/v1/chat/completions',
    body: {
      model: 'chat',
      messages: [
        { role: 'system', content: 'You help customers.' },
        { role: 'user', content: 'Where is my order? Write to anna@example.org.' },
      ],
      temperature: 0.2,
      max_tokens: 100,
      stop: ['END'],
      user: 'u-1',
      metadata: { session: 's-1' },
    },
  },
  {
    path: '/v1/chat/completions',
    body: {
      model: 'chat',
      messages: [
        { role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: picture, detail: 'low' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"place":"Rome"}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: '21 °C' },
      ],
      tools: [{ type: 'function', function: tool }],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'a', strict: true, schema: { type: 'object' } },
      },
      stream: true,
      stream_options: { include_usage: true },
      n: 2,
      seed: 3,
      logit_bias: { '50256': -100 },
      logprobs: true,
      top_logprobs: 2,
    },
  },
  {
    path: '/v1/chat/completions',
    body: {
      model: 'claude',
      messages: [{ role: 'user', content: 'Think first.' }],
      reasoning_effort: 'low',
      max_completion_tokens: 2000,
      stream: true,
    },
  },
  {
    path: '/v1/chat/completions',
    body: {
      model: 'chat',
      messages: [
        { role: 'user', content: 'The weather?' },
        { role: 'assistant', content: null, function_call: { name: 'weather', arguments: '{}' } },
        { role: 'function', name: 'weather', content: 'fine' },
      ],
      functions: [tool],
      function_call: { name: 'weather' },
    },
  },
  {
    path: '/v1/completions',
    body: { model: 'chat', prompt: 'Once upon a time', max_tokens: 5, suffix: '.', echo: true, n: 1 },
  },
  { path: '/v1/completions', body: { model: 'chat', prompt: 'Once upon', max_tokens: 5, stream: true } },
  {
    path: '/v1/embeddings',
    body: { model: 'chat', input: ['one', 'two'], encoding_format: 'base64', dimensions: 8, user: 'u' },
  },
  { path: '/v1/embeddings', body: { model: 'chat', input: [[1, 2, 3], [4]] } },
  {
    path: '/v1/responses',
    body: {
      model: 'chat',
      instructions: 'Be brief.',
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'The weather?' }] },
        { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: 'fine' },
      ],
      tools: [{ type: 'function', strict: true, ...tool }],
      reasoning: { effort: 'low' },
      text: { format: { type: 'text' } },
      max_output_tokens: 500,
      store: false,
    },
  },
  {
    path: '/v1/responses',
    body: { model: 'claude', input: 'Please write a short greeting for our newsletter.', stream: true },
  },
  {
    path: '/v1/messages',
    body: {
      model: 'claude',
      max_tokens: 2048,
      system: [{ type: 'text', text: 'You help.', cache_control: { type: 'ephemeral' } }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          ],
        },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 't1', name: 'weather', input: { place: 'Rome' } }],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'fine' }] }],
        },
      ],
      tools: [{ name: 'weather', description: 'The weather.', input_schema: { type: 'object' } }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      thinking: { type: 'enabled', budget_tokens: 1024 },
      metadata: { user_id: 'u' },
      stream: true,
    },
  },
  {
    path: '/v1/messages',
    body: { model: 'chat', max_tokens: 50, messages: [{ role: 'user', content: 'Hello' }], top_k: 5 },
  },
  {
    path: '/v1/messages/count_tokens',
    body: { model: 'claude', messages: [{ role: 'user', content: 'Hello' }] },
  },
  {
    path: '/v1/feedback',
    body: { call: '01890a5d-ac96-774b-bcce-b302099a8057', scores: { correct: 1 }, label: 'yes' },
  },
]
