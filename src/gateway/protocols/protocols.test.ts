import { anthropicMessages } from './anthropic-messages/protocol.ts'
import { openAiChat } from './openai-chat/protocol.ts'
import { openAiCompletions } from './openai-completions/protocol.ts'
import { openAiEmbeddings } from './openai-embeddings/protocol.ts'
import { openAiResponses } from './openai-responses/protocol.ts'
import { protocolContract } from './protocol.contract.ts'

const schema = { type: 'object', properties: { city: { type: 'string' } } }
const pixel = 'data:image/png;base64,iVBORw0KGgo='

protocolContract({
  protocol: openAiChat,
  streams: true,
  body: {
    model: 'support',
    messages: [
      { role: 'developer', content: 'Be brief.', name: 'ops' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: pixel, detail: 'low' } },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
          { type: 'hologram', x: 1 },
        ],
      },
      {
        role: 'assistant',
        content: null,
        reasoning_content: 'hm',
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
          { id: 'call_2', type: 'custom', custom: { name: 'shell', input: 'ls' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
      { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'a b' }] },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] },
      { role: 'user', content: 'Go on.' },
    ],
    tools: [
      {
        type: 'function',
        function: { name: 'weather', description: 'Says it.', parameters: schema, strict: true },
      },
      { type: 'custom', custom: { name: 'shell', format: { type: 'text' } } },
    ],
    tool_choice: { type: 'function', function: { name: 'weather' } },
    parallel_tool_calls: true,
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } },
    max_completion_tokens: 100,
    temperature: 0.5,
    top_p: 0.9,
    stop: ['a', 'b'],
    n: 2,
    seed: 7,
    reasoning_effort: 'low',
    logit_bias: { '50256': -100 },
    user: 'ada',
    stream_options: { include_usage: true, include_obfuscation: false },
  },
  wrong: [
    [['model'], 7, 'model'],
    [['messages'], 'Hello', 'messages'],
    [['messages'], [], 'messages'],
    [['messages'], Array.from({ length: 5000 }, () => ({ role: 'user', content: 'x' })), 'messages'],
    [['messages', 0], null, 'messages[0]'],
    [['messages', 0, 'role'], 'robot', 'messages[0].role'],
    [['messages', 0, 'content'], 7, 'messages[0].content'],
    [['messages', 1, 'content', 0, 'text'], 7, 'messages[1].content[0].text'],
    [['messages', 1, 'content', 1, 'image_url', 'url'], null, 'messages[1].content[1].image_url.url'],
    [['messages', 1, 'content', 4, 'type'], 1, 'messages[1].content[4].type'],
    [['messages', 1, 'content', 0, 'keelway'], { zone: 'moon' }, 'messages[1].content[0].keelway.zone'],
    [
      ['messages', 2, 'tool_calls', 0, 'function', 'arguments'],
      {},
      'messages[2].tool_calls[0].function.arguments',
    ],
    [['messages', 3, 'tool_call_id'], null, 'messages[3].tool_call_id'],
    [['tools', 0, 'function', 'name'], null, 'tools[0].function.name'],
    [['tools'], Array.from({ length: 2000 }, () => ({})), 'tools'],
    [['tool_choice'], 'sometimes', 'tool_choice'],
    [['response_format', 'json_schema', 'schema'], 'x', 'response_format.json_schema.schema'],
    [['max_completion_tokens'], 0, 'max_completion_tokens'],
    [['n'], 1.5, 'n'],
    [['n'], 100_000, 'n'],
    [['stop'], [1], 'stop'],
    [['temperature'], '0.5', 'temperature'],
    [['stream'], 'yes', 'stream'],
    [['keelway'], 7, 'keelway'],
  ],
  wire: {
    piece: '{"id":"x","choices":[{"index":0,"delta":{"content":"é"}}],"obfuscation":"aa"}',
    whole: '{"id":"x","choices":[],"service_tier":"flex"}',
  },
})

protocolContract({
  protocol: openAiCompletions,
  streams: true,
  body: { model: 'support', prompt: 'Once upon', max_tokens: 9, n: 2, stop: 'end', best_of: 2, user: 'ada' },
  wrong: [
    [['model'], '', 'model'],
    [['prompt'], null, 'prompt'],
    [['prompt'], ['a', 7], 'prompt[1]'],
    [['prompt'], [], 'prompt'],
    [['max_tokens'], '9', 'max_tokens'],
    [['stream_options'], 7, 'stream_options'],
  ],
  wire: {
    piece: '{"id":"x","object":"text_completion","choices":[{"index":0,"text":"é","finish_reason":null}]}',
    whole: '{"id":"x","object":"text_completion","choices":[],"x":1}',
  },
})

protocolContract({
  protocol: openAiEmbeddings,
  streams: false,
  body: { model: 'vectors', input: ['a', 'b'], dimensions: 8, encoding_format: 'float', user: 'ada' },
  wrong: [
    [['model'], null, 'model'],
    [['input'], { a: 1 }, 'input'],
    [['input'], [], 'input'],
    [['input'], [[1, -1]], 'input[0]'],
    [['input'], [['a']], 'input[0]'],
    [['dimensions'], -1, 'dimensions'],
    [['encoding_format'], 'hex', 'encoding_format'],
  ],
  wire: { piece: '{}', whole: '{"object":"list","data":[{"embedding":[1,2]}],"x":1}' },
})

protocolContract({
  protocol: openAiResponses,
  streams: true,
  body: {
    model: 'support',
    instructions: 'Be brief.',
    input: [
      { role: 'user', content: 'What is this?' },
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'And this?' },
          { type: 'input_image', image_url: pixel, detail: 'low' },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
          { type: 'hologram' },
        ],
      },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'hm' }],
        encrypted_content: 'x',
      },
      { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{}' },
      { type: 'custom_tool_call', call_id: 'call_2', name: 'shell', input: 'ls' },
      { type: 'function_call_output', call_id: 'call_1', output: 'sunny' },
      { type: 'custom_tool_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: 'a' }] },
      { type: 'web_search_call', id: 'ws_1', status: 'completed' },
      { type: 'local_shell_call_output', id: 'x', output: 'b' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'ok', annotations: [] }] },
    ],
    tools: [
      { type: 'function', name: 'weather', parameters: schema, strict: true },
      { type: 'custom', name: 'shell' },
      { type: 'web_search' },
    ],
    tool_choice: { type: 'function', name: 'weather' },
    text: { format: { type: 'json_schema', name: 'answer', schema, strict: true }, verbosity: 'low' },
    reasoning: { effort: 'low', summary: 'auto' },
    max_output_tokens: 100,
    temperature: 0.5,
    top_p: 0.9,
    user: 'ada',
  },
  wrong: [
    [['model'], 7, 'model'],
    [['input'], 7, 'input'],
    [['input', 0, 'role'], 'robot', 'input[0].role'],
    [['input', 1, 'content', 0, 'text'], 7, 'input[1].content[0].text'],
    [['input', 3, 'call_id'], null, 'input[3].call_id'],
    [['input', 5, 'output'], 7, 'input[5].output'],
    [['instructions'], 7, 'instructions'],
    [['tools', 0, 'name'], 7, 'tools[0].name'],
    [['text', 'format', 'schema'], 7, 'text.format.schema'],
    [['max_output_tokens'], 0, 'max_output_tokens'],
  ],
  wire: {
    piece: '{"type":"response.created","sequence_number":0,"response":{"id":"x","new":1}}',
    whole: '{"id":"x","object":"response","output":[],"x":1}',
  },
})

protocolContract({
  protocol: anthropicMessages,
  streams: true,
  body: {
    model: 'support',
    max_tokens: 100,
    system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'notes' }, title: 'N' },
          { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' } },
          { type: 'search_result', source: 'x', title: 'T', content: [{ type: 'text', text: 'found' }] },
          { type: 'hologram' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
          { type: 'redacted_thinking', data: 'eA==' },
          { type: 'text', text: 'Let me look.' },
          { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'sunny' }] },
          { type: 'text', text: 'Go on.' },
        ],
      },
    ],
    tools: [
      { name: 'weather', description: 'Says it.', input_schema: schema, strict: true },
      { type: 'web_search_20250305', name: 'web_search' },
    ],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    thinking: { type: 'enabled', budget_tokens: 1024 },
    output_config: { effort: 'low', format: { type: 'json_schema', schema } },
    stop_sequences: ['a'],
    temperature: 0.5,
    top_k: 3,
    top_p: 0.9,
  },
  wrong: [
    [['model'], 7, 'model'],
    [['messages'], {}, 'messages'],
    [['messages', 0, 'role'], 'tool', 'messages[0].role'],
    [['messages', 0, 'content'], 7, 'messages[0].content'],
    [['messages', 0, 'content', 0, 'text'], 7, 'messages[0].content[0].text'],
    [['messages', 0, 'content', 1, 'source', 'data'], 7, 'messages[0].content[1].source.data'],
    [['messages', 0, 'content', 4, 'content', 0, 'text'], 7, 'messages[0].content[4].content[0].text'],
    [['messages', 1, 'content', 3, 'id'], 7, 'messages[1].content[3].id'],
    [['messages', 2, 'content', 0, 'tool_use_id'], 7, 'messages[2].content[0].tool_use_id'],
    [['messages', 2, 'content', 0, 'content', 0, 'text'], 7, 'messages[2].content[0].content[0].text'],
    [['system'], 7, 'system'],
    [['tools', 0, 'input_schema'], 7, 'tools[0].input_schema'],
    [['tool_choice', 'type'], 'some', 'tool_choice.type'],
    [['thinking', 'budget_tokens'], -1, 'thinking.budget_tokens'],
    [['max_tokens'], '100', 'max_tokens'],
  ],
  wire: {
    piece: '{"type":"message_start","message":{"id":"x","content":[],"usage":{},"new":1}}',
    whole: '{"type":"message","content":[],"x":1}',
  },
})
