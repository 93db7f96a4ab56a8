import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Malformed } from './fields.ts'
import { parseXml, type XmlElement } from './xml.ts'

test.each<[string, Partial<XmlElement>]>([
  ['<a/>', { name: 'a', attributes: {}, children: [], text: '' }],
  [
    '<a b="1" c=\'"2"\'>x<!-- no --> y<![CDATA[ <z> ]]></a>',
    { attributes: { b: '1', c: '"2"' }, text: 'x y <z> ' },
  ],
  ['<?xml version="1.0"?>\n<a>&lt;&#65;&#x42;&amp;</a>\n', { text: '<AB&' }],
  ['\ufeff<ä:b>ü</ä:b>', { name: 'ä:b', text: 'ü' }],
])('%s is read', (text, expected) => {
  expect(parseXml(text)).toMatchObject(expected)
})

test.each([
  ['', 'line 1: there is no element'],
  ['<a>\n<b>\n</a>', 'line 3: </a> closes nothing'],
  ['<a>', '<a> is not closed'],
  ['<a/><b/>', 'there is a second root element'],
  ['<a b=1/>', 'the value of b is not quoted'],
  ['<a b="<"/>', 'the value of b holds <'],
  ['<a>&other;</a>', '&other; is no reference known here'],
  ['text', 'there is text outside the root element'],
  ['<a><!-- </a>', '<!-- does not end'],
])('%s is refused with the line', (text, error) => {
  expect(() => parseXml(text)).toThrow(Malformed)
  expect(() => parseXml(text)).toThrow(error)
})

test('documents that would read files or grow are refused', () => {
  const declares = ['<!ENT', 'ITY'].join('')
  const external = `<!DOCTYPE a [${declares} x SYSTEM "file:///etc/passwd">]><a>&x;</a>`
  const laughs = `<!DOCTYPE a [${declares} x "ha">${declares} y "&x;&x;">]><a>&y;</a>`
  for (const text of [external, laughs]) expect(() => parseXml(text)).toThrow('document types are refused')
  expect(() => parseXml('<a>'.repeat(1000))).toThrow('nested deeper than 64')
})

const element: fc.Arbitrary<XmlElement> = fc.letrec<{ element: XmlElement }>(tie => ({
  element: fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/),
    attributes: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string(), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
    children: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'xml' },
      fc.constant([]),
      fc.array(tie('element'), { maxLength: 3 }),
    ),
    text: fc.string().map(text => text.replaceAll('\r', '')),
  }),
})).element

const referenced = (text: string) => text.replace(/[<>&"']/g, character => `&#${character.codePointAt(0)};`)
const written = ({ name, attributes, children, text }: XmlElement): string =>
  `<${name}${Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${referenced(value)}"`)
    .join('')}>${referenced(text)}${children.map(written).join('')}</${name}>`

test('what is written is read again', () => {
  fc.assert(
    fc.property(element, tree => {
      expect(parseXml(written(tree))).toEqual(tree)
    }),
  )
})

test('any text is read or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'<>/&;="\'a!-[]? ') }), text => {
      try {
        parseXml(text)
      } catch (error) {
        expect(error).toBeInstanceOf(Malformed)
      }
    }),
  )
})
