import type { Dispatcher } from 'undici'

/** What a dispatcher without a network answers with; times and sockets play no part. */
export interface Played {
  status?: number
  headers?: Record<string, string>
  parts: readonly Buffer[]
  /** The connection breaks after the parts. */
  broken?: true
}

/** Plays one answer to every request straight into the handler, part by part, as undici would. */
export function playing(answer: () => Played): { dispatcher: Dispatcher; paused(): boolean } {
  let paused = false
  const dispatch = (_: unknown, handler: Dispatcher.DispatchHandler): boolean => {
    const { status = 200, headers = { 'content-type': 'text/event-stream' }, parts, broken } = answer()
    let aborted: Error | undefined
    const rest = [...parts]
    const controller = {
      get aborted() {
        return aborted !== undefined
      },
      get paused() {
        return paused
      },
      get reason() {
        return aborted ?? null
      },
      abort: (reason: Error) => {
        if (aborted) return
        aborted = reason
        handler.onResponseError?.(controller, reason)
      },
      pause: () => {
        paused = true
      },
      resume: () => {
        paused = false
        queueMicrotask(play)
      },
    }
    const play = () => {
      while (!aborted && !paused) {
        const part = rest.shift()
        if (!part) break
        handler.onResponseData?.(controller, part)
      }
      if (aborted || paused || rest.length > 0) return
      if (broken)
        handler.onResponseError?.(controller, Object.assign(new Error('cut'), { code: 'ECONNRESET' }))
      else handler.onResponseEnd?.(controller, {})
    }
    handler.onRequestStart?.(controller, {})
    if (!aborted) {
      handler.onResponseStart?.(controller, status, headers)
      queueMicrotask(play)
    }
    return true
  }
  return { dispatcher: { dispatch } as unknown as Dispatcher, paused: () => paused }
}
