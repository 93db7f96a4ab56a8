import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../src/lib/clock.ts'
import type { Random } from '../../src/lib/random.ts'
import { type Facts, inputs, recorded } from './data.ts'

/** What is wrong with the provider; set by faults. */
export interface Weather {
  /** Share of answers that are wrong whatever the prompt says. */
  wrong: number
  slower: number
  longer: number
  failing: number
}

export const calm: Weather = { wrong: 0, slower: 1, longer: 1, failing: 0 }

export interface Upstream extends AsyncDisposable {
  url: string
  /** By the name of the provider, which is the first segment of the path. */
  weather: Record<string, Weather>
  /** Requests that wait for their time. */
  waiting(): number
}

/** Milliseconds to an answer, and share of wrong ones, by model. */
const models: Record<string, { ms: number; wrong: number }> = {
  large: { ms: 300, wrong: 0.01 },
  grand: { ms: 300, wrong: 0.01 },
  small: { ms: 200, wrong: 0.3 },
}

/**
 * A provider of two models over OpenAI's HTTP API. It answers a prompt that was recorded as the recorded model did, and any
 * other by reading the policy in it: what the prompt does not say it does not know.
 */
export async function startUpstream(clock: Clock, random: Random): Promise<Upstream> {
  const weather: Record<string, Weather> = {}
  let waiting = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = JSON.parse(Buffer.concat(chunks).toString()) as {
      model: string
      messages: { role: string; content: string }[]
    }
    const now = weather[request.url?.split('/')[1] ?? ''] ?? calm
    const model = models[body.model] ?? { ms: 300, wrong: 0.5 }
    const fails = random() < now.failing
    waiting++
    await clock.sleep(model.ms * now.slower * (0.8 + 0.4 * random()), new AbortController().signal)
    waiting--
    response.setHeader('content-type', 'application/json')
    if (fails) {
      response.statusCode = 500
      return void response.end(JSON.stringify({ error: { message: 'internal error', type: 'server_error' } }))
    }
    const text = (role: string) => body.messages.findLast(message => message.role === role)?.content ?? ''
    const wrong = random() < model.wrong || random() < now.wrong
    const answer =
      answerTo(text('system'), text('user'), wrong) + ' ok'.repeat(Math.round(40 * (now.longer - 1)))
    const [input, output] = [
      Math.ceil(JSON.stringify(body.messages).length / 4),
      Math.ceil(answer.length / 4),
    ]
    response.end(
      JSON.stringify({
        id: 'x',
        object: 'chat.completion',
        created: 0,
        model: body.model,
        choices: [{ index: 0, message: { role: 'assistant', content: answer }, finish_reason: 'stop' }],
        usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
      }),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    weather,
    waiting: () => waiting,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const actions = ['refund', 'store_credit', 'replace', 'deny', 'escalate']

function answerTo(system: string, user: string, wrong: boolean): string {
  const input = inputs.find(({ user: known }) => known === user)
  const told = input && recorded.get(`${system.trim()}\n${user}`)
  if (told !== undefined && !wrong) return told
  const right = input ? policy(system, input.facts) : 'deny'
  const action = wrong ? (actions[(actions.indexOf(right) + 1) % actions.length] ?? 'deny') : right
  return JSON.stringify({ action, reply: 'Thank you for writing. Here is what we can do for you.' })
}

/** Applies what the prompt says of the shop's policy; where it says nothing it denies. */
function policy(prompt: string, facts: Facts): string {
  const number = (pattern: RegExp): number => Number(pattern.exec(prompt)?.[1] ?? 0)
  const action = decided(facts, {
    window: number(/At most (\d+) days since delivery: refund/),
    late: number(/to (\d+) days: store_credit if unopened/),
    replaces: prompt.includes('Damaged on arrival'),
  })
  const large = number(/price is above (\d+) USD: escalate/)
  return large > 0 && facts.priceUsd > large && action !== 'deny' ? 'escalate' : action
}

function decided(
  { daysSinceDelivery: days, condition, category, receipt }: Facts,
  { window, late, replaces }: { window: number; late: number; replaces: boolean },
): string {
  if (condition === 'damaged-on-arrival' && replaces && days <= 30)
    return days <= 14 ? 'replace' : 'store_credit'
  if (category === 'digital') return condition === 'not-downloaded' && days <= 30 ? 'refund' : 'deny'
  if (category !== 'normal' || !['unopened', 'opened'].includes(condition)) return 'deny'
  if (days <= window) return condition === 'unopened' ? 'refund' : 'store_credit'
  return days <= late && condition === 'unopened' && receipt ? 'store_credit' : 'deny'
}
