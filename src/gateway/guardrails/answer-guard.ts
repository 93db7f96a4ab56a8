import type { GuardResult } from '../../telemetry/telemetry.ts'
import type { AnswerContent, AnswerEvent, Frame } from '../canonical/answer.ts'
import type { CanonicalRequest } from '../canonical/request.ts'
import { type Channel, createChannel } from './channel.ts'
import type { Finding } from './detector.ts'
import { type Edit, isSpoken, type Spoken, withEvents } from './edit.ts'
import type { Mask } from './masking.ts'
import { refusalOf } from './refusal.ts'
import { found, type Rule, resultOf } from './rules.ts'

/** Looks at one answer while it passes. */
export interface AnswerGuard {
  /** Takes frames in order and gives those that may go out. @throws GatewayError when the answer is blocked */
  pass(frames: readonly Frame[]): readonly Frame[]
  /** Takes the last frames and gives the rest. @throws GatewayError when the answer is blocked */
  end(frames: readonly Frame[]): readonly Frame[] | Promise<readonly Frame[]>
  /** A rule that has not seen all of the answer says so: it has not passed. */
  results(): GuardResult[]
}

export interface AnswerContext {
  request: CanonicalRequest
  /** Grows with the answer: what all frames passed so far say together. */
  content: AnswerContent
  mask: Mask | undefined
  signal: AbortSignal
}

/** Most characters held for rules that need the whole answer. */
const maxHeld = 4 << 20

/**
 * A stream is held back by a bounded window: text goes out once everything that could change the verdict over it has
 * been read. Tool calls, and everything when a rule that needs the whole answer enforces, wait for the end. When
 * no rule can change anything, nothing waits.
 */
export function createAnswerGuard(
  rules: readonly Rule[],
  { request, content, mask, signal }: AnswerContext,
): AnswerGuard {
  const acting = rules.filter(
    ({ enforce, action, failClosed }) => enforce && (action !== 'flag' || failClosed),
  )
  const holds = mask !== undefined || acting.length > 0
  const holdsAll = acting.some(rule => rule.kind !== 'text' || rule.whole)
  const channels = new Map<number, Channel>()
  const hits = new Map<Rule, Finding[]>()
  const failures = new Map<Rule, string>()
  let queue: Frame[] = []
  let held = 0
  let ended = false

  const note = (rule: Rule, findings: readonly Finding[]): void => {
    if (findings.length > 0) hits.set(rule, [...(hits.get(rule) ?? []), ...findings])
  }
  const fail = (rule: Rule, why: string): void => {
    if (!failures.has(rule)) failures.set(rule, why)
  }
  const lookAt = (text: string, known: number, last: boolean): readonly Edit[] => {
    const edits: Edit[] = mask ? [...mask.restorations(text)] : []
    for (const rule of rules) {
      if (rule.kind !== 'text' || rule.whole) continue
      try {
        const findings = found(rule, text, 'output').filter(
          ({ end }) => end === undefined || (end > known && (last || end < text.length)),
        )
        note(rule, findings)
        if (rule.enforce && rule.action === 'mask')
          for (const { start, end, reason } of findings)
            if (start !== undefined && end !== undefined) edits.push({ start, end, text: `[${reason}]` })
      } catch (error) {
        fail(rule, (error as Error).message)
      }
    }
    return edits
  }
  const results = (): GuardResult[] =>
    rules.map(rule => {
      const why = failures.get(rule) ?? (ended || hits.has(rule) ? undefined : 'the answer ended before')
      return resultOf(
        rule,
        'output',
        why === undefined ? { findings: hits.get(rule) ?? [] } : { failed: why },
      )
    })
  const throwIfBlocked = (): void => {
    if (hits.size === 0 && failures.size === 0) return
    const refusal = refusalOf(
      [...new Set([...hits.keys(), ...failures.keys()])].map(rule => {
        const why = failures.get(rule)
        return resultOf(
          rule,
          'output',
          why === undefined ? { findings: hits.get(rule) ?? [] } : { failed: why },
        )
      }),
    )
    if (refusal) throw refusal
  }

  const take = (frame: Frame): void => {
    for (const event of frame.events) {
      if (!isSpoken(event)) continue
      const key = channelKey(event)
      let channel = channels.get(key)
      if (!channel) {
        channel = createChannel(lookAt)
        channels.set(key, channel)
      }
      channel.add(event.text)
      held += event.text.length
    }
  }
  /** Frames at the head of the queue that are cleared, with edits made. */
  const release = (): Frame[] => {
    const taken = new Map<Channel, number>()
    const out: Frame[] = []
    for (const frame of queue) {
      const passed = frame.events.every(event => {
        if (event.type === 'tool-call' || event.type === 'tool-arguments' || event.type === 'finish')
          return ended
        if (!isSpoken(event)) return true
        const channel = channels.get(channelKey(event)) as Channel
        const before = taken.get(channel) ?? 0
        taken.set(channel, before + event.text.length)
        return channel.clears(before, event.text.length)
      })
      if (!passed) break
      out.push(frame)
    }
    // Between two looks nothing is cleared, and that is what most chunks find.
    if (out.length === 0) return out
    queue = queue.slice(out.length)
    return edited(out)
  }
  const edited = (frames: readonly Frame[]): Frame[] => {
    const taken = new Map<Channel, number>()
    const out = frames.map(frame => {
      let changed = false
      const events = frame.events.map((event): AnswerEvent => {
        if (!isSpoken(event)) return event
        const channel = channels.get(channelKey(event)) as Channel
        const before = taken.get(channel) ?? 0
        taken.set(channel, before + event.text.length)
        const text = channel.edited(event.text, before)
        if (text === event.text) return event
        changed = true
        return { ...event, text }
      })
      return changed ? withEvents(events) : frame
    })
    for (const [channel, length] of taken) {
      channel.release(length)
      held -= length
    }
    return out
  }

  const inspect = (): void => {
    for (const rule of rules)
      try {
        if (rule.kind === 'broken') fail(rule, rule.why)
        else if (rule.kind === 'answer')
          note(
            rule,
            rule.inspect(content, request).filter(({ score }) => score >= rule.threshold('output')),
          )
        else if (rule.kind === 'text' && rule.whole)
          for (const { text } of content.choices) note(rule, found(rule, text, 'output'))
      } catch (error) {
        fail(rule, (error as Error).message)
      }
    for (const { toolCalls } of content.choices) for (const call of toolCalls) lookAt(call.arguments, 0, true)
  }
  const askExternals = (): Promise<unknown> =>
    Promise.all(
      rules.map(async rule => {
        if (rule.kind !== 'external') return
        try {
          for (const { text, refusal } of content.choices)
            note(
              rule,
              (await rule.ask(text || refusal, 'output', signal)).filter(
                ({ score }) => score >= rule.threshold('output'),
              ),
            )
        } catch (error) {
          fail(rule, (error as Error).message)
        }
      }),
    )
  const finish = (last: readonly Frame[]): readonly Frame[] => {
    for (const channel of channels.values()) channel.look(true)
    inspect()
    ended = true
    throwIfBlocked()
    const rest = holds ? release() : last
    return mask ? mask.restoreCalls(rest) : rest
  }

  return {
    pass: frames => {
      for (const frame of frames) take(frame)
      for (const channel of channels.values()) channel.look(false)
      if (!holds) {
        for (const channel of channels.values()) channel.forget()
        return frames
      }
      queue.push(...frames)
      if (held > maxHeld)
        for (const rule of acting)
          if (rule.kind !== 'text') fail(rule, 'the answer is too long to be held back')
      throwIfBlocked()
      return holdsAll ? [] : release()
    },
    end: frames => {
      for (const frame of frames) take(frame)
      if (holds) queue.push(...frames)
      return rules.some(({ kind }) => kind === 'external')
        ? askExternals().then(() => finish(frames))
        : finish(frames)
    },
    results,
  }
}

/** A number, as it is asked for thrice for every piece of text. */
const channelKey = ({ type, choice }: Spoken): number =>
  3 * choice + (type === 'text' ? 0 : type === 'reasoning' ? 1 : 2)
