import { z } from 'zod'
import type { Detector } from '../detector.ts'
import { assess } from '../injection/detect.ts'
import { shippedWeights } from '../injection/weights.ts'
import { optionsOf } from './options.ts'

/** Prompt injection and jailbreaks: what a person writes is judged whole, documents and tool results by their worst sentence. */
export const injection: Detector = {
  name: 'injection',
  summary: 'Finds texts that try to take over the model, in prompts, documents and tool results.',
  zones: ['user', 'document', 'tool'],
  threshold: () => 0.5,
  create(options) {
    optionsOf('injection', z.strictObject({}), options)
    const weights = shippedWeights()
    return (text, zone) => {
      const { score, reason } = assess(text, zone, weights)
      return score > 0 ? [{ score, reason }] : []
    }
  },
}
