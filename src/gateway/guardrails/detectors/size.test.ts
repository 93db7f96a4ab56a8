import { detectorContract } from '../detector.contract.ts'
import { size } from './size.ts'

detectorContract({
  detector: size,
  options: { characters: 60, tokens: 10, lines: 3 },
  found: [
    { text: 'x'.repeat(61), zone: 'user', reason: 'characters' },
    { text: 'x'.repeat(41), zone: 'document', reason: 'tokens' },
    { text: 'a\nb\nc\nd', zone: 'tool', reason: 'lines' },
  ],
  clean: [
    { text: 'x'.repeat(40), zone: 'user' },
    { text: 'a\nb\nc\n', zone: 'user' },
    { text: '', zone: 'output' },
  ],
  refused: [{}, { characters: 0 }, { lines: 1.5 }, { words: 3 }],
})
