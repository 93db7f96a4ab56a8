import type { Skill } from '../skill.ts'
import { type IntentModel, type ModelParts, trainIntent } from './intent.ts'

/** The intent model of these skills, trained when it is first asked for. */
export function lazyIntent(skills: readonly Skill[], parts: ModelParts): () => IntentModel {
  let model: IntentModel | undefined
  return () => {
    model ??= trainIntent(skills, parts)
    return model
  }
}
