import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { needs, sharedData } from '../../../../test/needs.ts'
import { createScorer } from '../index.ts'
import { createInstruction, instructionTypes, looseVariants } from './index.ts'

const data = (name: string) => sharedData('ifeval', name)
const linesOf = <T>(name: string): T[] =>
  readFileSync(data(name) ?? '', 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as T)

interface Prompt {
  prompt: string
  instruction_id_list: string[]
  kwargs: Record<string, unknown>[]
}

const definitionOf = (id: string, values: Record<string, unknown> = {}) => ({
  id,
  ...Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)),
})

/** How many of the published verdicts on GPT-4's answers ours agree with. */
function agreement(mode: 'strict' | 'loose'): { agreed: number; of: number } {
  const answers = new Map(
    linesOf<{ prompt: string; response: string }>('responses-gpt-4-2023-11-07.jsonl').map(
      ({ prompt, response }) => [prompt, response],
    ),
  )
  const published = new Map(
    linesOf<{ prompt: string; follow_instruction_list: boolean[] }>(`verdicts-gpt-4-${mode}.jsonl`).map(
      ({ prompt, follow_instruction_list }) => [prompt, follow_instruction_list],
    ),
  )
  const verdicts = linesOf<Prompt>('prompts.jsonl').flatMap(({ prompt, instruction_id_list, kwargs }) =>
    instruction_id_list.map((id, i) => {
      const follows = createInstruction(definitionOf(id, kwargs[i]))
      const answer = answers.get(prompt) ?? ''
      const ours = (mode === 'loose' ? looseVariants(answer) : [answer]).some(follows)
      return ours === published.get(prompt)?.[i]
    }),
  )
  return { agreed: verdicts.filter(Boolean).length, of: verdicts.length }
}

needs('shared data ifeval', data('prompts.jsonl'))(
  'agrees with 99 % of the published strict verdicts',
  () => {
    const { agreed, of } = agreement('strict')
    expect(of).toBe(832)
    expect(agreed / of).toBeGreaterThanOrEqual(0.99)
  },
)

needs('shared data ifeval', data('prompts.jsonl'))('agrees with 98 % of the published loose verdicts', () => {
  const { agreed, of } = agreement('loose')
  expect(agreed / of).toBeGreaterThanOrEqual(0.98)
})

needs('shared data ifeval', data('prompts.jsonl'))('tells a better model from a weaker one', () => {
  const prompts = linesOf<Prompt>('prompts.jsonl')
  const score = createScorer({ name: 'followed', type: 'instructions' })
  const meanOf = (file: string) => {
    const answers = new Map(
      linesOf<{ prompt: string; response: string }>(file).map(({ prompt, response }) => [prompt, response]),
    )
    const scores = prompts.map(({ prompt, instruction_id_list, kwargs }) =>
      score({
        output: answers.get(prompt) ?? '',
        expected: JSON.stringify(instruction_id_list.map((id, i) => definitionOf(id, kwargs[i]))),
      }),
    )
    expect(scores).not.toContain(null)
    return scores.reduce<number>((sum, score) => sum + (score ?? 0), 0) / scores.length
  }
  expect(meanOf('responses-gpt-4-2023-11-07.jsonl') - meanOf('responses-second-model.jsonl')).toBeGreaterThan(
    0.1,
  )
})

describe('each type of instruction', () => {
  /** Arguments, an answer that follows and one that does not. */
  const examples: Record<string, [arguments: object, follows: string, doesNot: string]> = {
    'keywords:existence': [{ keywords: ['Mother', 'c++'] }, 'My mother likes C++.', 'My mother.'],
    'keywords:frequency': [{ keyword: 'war', relation: 'at least', frequency: 2 }, 'War, war.', 'War.'],
    'keywords:forbidden_words': [{ forbidden_words: ['rock'] }, 'Rocks are hard.', 'A Rock.'],
    'keywords:letter_frequency': [
      { letter: '!', let_frequency: 2, let_relation: 'at least' },
      'Oh! Yes!',
      'Oh!',
    ],
    'language:response_language': [
      { language: 'de' },
      'Wir haben Ihre Bestellung gestern verschickt.',
      'We sent your order yesterday.',
    ],
    'length_constraints:number_words': [
      { num_words: 3, relation: 'less than' },
      'two words',
      'now three words',
    ],
    'length_constraints:number_sentences': [
      { num_sentences: 3, relation: 'less than' },
      'Mr. Smith went to the U.S. embassy. He came back.',
      'One. Two! Three?',
    ],
    'length_constraints:number_paragraphs': [{ num_paragraphs: 2 }, 'a\n***\nb\n***', 'a\n***\n\n***\nb'],
    'length_constraints:nth_paragraph_first_word': [
      { num_paragraphs: 2, nth_paragraph: 2, first_word: 'summary' },
      'a\n\n"Summary", he said',
      'summary\n\na',
    ],
    'detectable_content:number_placeholders': [{ num_placeholders: 2 }, 'Dear [name], [date]', 'Dear [name'],
    'detectable_content:postscript': [{ postscript_marker: 'P.S.' }, 'x\np. s. y', 'x\nPS: y'],
    'detectable_format:number_bullet_lists': [{ num_bullets: 2 }, '* a\n- b', '* a\n**b**'],
    'detectable_format:constrained_response': [{}, 'My answer is maybe.', 'Maybe.'],
    'detectable_format:number_highlighted_sections': [
      { num_highlights: 2 },
      '*a* and **b**',
      '*a* and ** **',
    ],
    'detectable_format:multiple_sections': [
      { section_spliter: 'Section', num_sections: 2 },
      'Section 1 a Section 2 b',
      'Section A a Section 2 b',
    ],
    'detectable_format:json_format': [{}, '```json\n{"a": 1}\n```', 'Here: {"a": 1}'],
    'detectable_format:title': [{}, '<<A title>>\nx', '<< >>\nx'],
    'combination:two_responses': [{}, 'one\n******\ntwo', 'one\n******\none'],
    'combination:repeat_prompt': [{ prompt_to_repeat: 'Write a poem.' }, 'write a poem. Roses', 'Roses'],
    'startend:end_checker': [
      { end_phrase: 'Anything else?' },
      '"Yes. anything else?"',
      'Anything else? Yes.',
    ],
    'startend:quotation': [{}, ' "quoted" ', '"'],
    'change_case:capital_word_frequency': [
      { capital_frequency: 2, capital_relation: 'at least' },
      'The USA and the EU-27.',
      'The USA.',
    ],
    'change_case:english_capital': [{}, 'THIS IS ALL IN CAPITAL LETTERS.', 'THIS IS nOT.'],
    'change_case:english_lowercase': [{}, 'this is all in small letters.', 'This is not.'],
    'punctuation:no_comma': [{}, 'none here', 'one, here'],
  }

  test('is one of the 25 and has an example here', () => {
    expect(instructionTypes).toHaveLength(25)
    expect(instructionTypes.map(({ id }) => id).toSorted()).toEqual(Object.keys(examples).toSorted())
  })

  test.each(Object.entries(examples))('%s tells who follows from who does not', (id, [values, yes, no]) => {
    const follows = createInstruction({ id, ...values })
    expect([yes, no, '', ' \n'].map(answer => follows(answer))).toEqual([true, false, false, false])
  })

  test.each(Object.entries(examples))(
    '%s takes any text, in time that grows with its length',
    (id, [values]) => {
      const follows = createInstruction({ id, ...values })
      fc.assert(fc.property(fc.string({ unit: 'binary' }), text => typeof follows(text) === 'boolean'))
      for (const part of ['[', '<<', '*', '* ', '\n', "'", '"', 'Section', 'p.', 'A ', '. ', '-', '(']) {
        const began = performance.now()
        follows(part.repeat(200_000 / part.length))
        expect({ part, slow: performance.now() - began > 1000 }).toEqual({ part, slow: false })
      }
    },
  )
})
