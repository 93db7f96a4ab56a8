import type { Detector } from '../detector.ts'
import { hiddenCharacters } from './hidden-characters.ts'

/** Every detector built in; a rule names one of them. */
export const detectors: readonly Detector[] = [hiddenCharacters]
