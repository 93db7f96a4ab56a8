import { type Detector, DetectorError } from '../detector.ts'
import { assess } from '../injection/detect.ts'
import { shippedWeights } from '../injection/weights.ts'

/** Prompt injection and jailbreaks: what a person writes is judged whole, documents and tool results by their worst sentence. */
export const injection: Detector = {
  name: 'injection',
  summary: 'Finds texts that try to take over the model, in prompts, documents and tool results.',
  zones: ['user', 'document', 'tool'],
  threshold: () => 0.5,
  create(options) {
    if (options !== undefined && options !== null && Object.keys(options).length > 0)
      throw new DetectorError(
        'injection takes no options: set the threshold of the rule to make it more or less strict',
      )
    const weights = shippedWeights()
    return (text, zone) => {
      const { score, reason } = assess(text, zone, weights)
      return score > 0 ? [{ score, reason }] : []
    }
  },
}
