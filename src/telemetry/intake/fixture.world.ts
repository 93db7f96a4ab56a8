import { readFileSync } from 'node:fs'
import type { Clock } from '../../lib/clock.ts'
import type { Signal } from '../signals/signal.ts'
import type { IntakeAnswer, IntakeRequest, PushSource } from './source.ts'

/** The bytes of a recorded request or file. */
export const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}`, import.meta.url))

/** What a source makes of a request. */
export async function taken(
  source: PushSource,
  request: IntakeRequest,
  clock: Clock,
): Promise<{ answer: IntakeAnswer; signals: Signal[] }> {
  const signals: Signal[] = []
  const answer = await source.take(request, async batch => void signals.push(...batch), clock)
  return { answer, signals }
}
