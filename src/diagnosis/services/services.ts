import type { Case, Channel, ChannelAnswer } from '../channel.ts'
import { findingsOf } from './findings.ts'
import { gated } from './gate.ts'
import { sceneOf } from './scene.ts'
import { views } from './views/views.ts'

/**
 * Which service misbehaves, by its metrics, the call graph, traces and logs. What is after the onset is compared with what
 * was before it; where there is nothing from before, it says little or nothing.
 */
export const services: Channel = {
  name: 'services',
  look(evidence: Case): ChannelAnswer {
    const scene = sceneOf(evidence)
    const verdict = scene && gated(scene, views)
    if (!scene || !verdict) return { findings: [] }
    return { findings: findingsOf(scene, verdict), onset: scene.onset }
  },
}
