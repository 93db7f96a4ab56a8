import type { Detector } from '../detector.ts'
import { hiddenCharacters } from './hidden-characters.ts'
import { injection } from './injection.ts'
import { language } from './language.ts'
import { pii } from './pii.ts'
import { secrets } from './secrets.ts'
import { size } from './size.ts'
import { topics } from './topics.ts'

/** Every detector built in; a rule names one of them. */
export const detectors: readonly Detector[] = [
  hiddenCharacters,
  injection,
  pii,
  secrets,
  topics,
  language,
  size,
]
