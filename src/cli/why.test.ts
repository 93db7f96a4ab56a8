import { expect, test } from 'vitest'
import { parseInvocation } from './command.ts'
import { explanationText, whyCommand } from './why.ts'

test('the chain is shown link by link, and what is broken stands out', () => {
  const links = [
    { link: 'call' as const, verified: true, detail: 'answered' },
    { link: 'evaluation' as const, verified: false, detail: 'no gate was passed' },
  ]
  expect(explanationText({ call: 'c', verified: false, links })).toBe(
    ['call c: NOT verified', '  ok   call        answered', '  FAIL evaluation  no gate was passed'].join(
      '\n',
    ),
  )
})

test('what is no call id is said to be none', async () => {
  const io = { out: () => {}, err: () => {}, signal: new AbortController().signal }
  await expect(whyCommand.run(parseInvocation(whyCommand, ['../../etc'], io))).rejects.toThrow(
    '"../../etc" is no call id: it is the value of the header x-keelway-call',
  )
})
