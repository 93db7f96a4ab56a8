import type { Random } from '../../src/lib/random.ts'

type Json = Record<string, unknown>
type Path = readonly (string | number)[]

export const pick = <T>(random: Random, values: readonly T[]): T =>
  values[Math.floor(random() * values.length)] as T
export const below = (random: Random, limit: number): number => Math.floor(random() * limit)

/** Stands for text that is no JSON value; replaced once the rest is written. */
const marker = '@@RAW@@'
const nested = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`

const values = [
  'null',
  'true',
  'false',
  '0',
  '-1',
  '1.5',
  '""',
  '" "',
  '"x"',
  '[]',
  '{}',
  '[null]',
  '[[]]',
  '[{}]',
  '{"":""}',
  '{"type":null}',
  '{"type":"text"}',
  '{"type":"nothing like it"}',
  '"assistant"',
  '"tool"',
  '"\\u0000"',
  '"\\ud800"',
  '"\\u202e\\u200b"',
  '"constructor"',
  '{"length":5}',
  '{"toString":1,"valueOf":2}',
  '{"toJSON":1,"then":2}',
]
const numbers = [
  '1e308',
  '1e999',
  '-1e999',
  '9007199254740993',
  '-9007199254740993',
  '1e-400',
  '-0',
  '0.1e1',
  '4294967296',
  '2147483648',
  '9'.repeat(1000),
  `0.${'3'.repeat(1000)}`,
  'NaN',
  'Infinity',
  '01',
  '+1',
  '.5',
  '1.',
  '0x10',
  '1_000',
  '1e',
]
const long = [`"${'x'.repeat(200_000)}"`, `"${'é '.repeat(50_000)}"`, `[${'0,'.repeat(20_000)}0]`]

/** The path of a random value, the body itself now and then. */
function pathIn(body: unknown, random: Random): Path {
  const path: (string | number)[] = []
  let value = body
  while (typeof value === 'object' && value !== null && (path.length === 0 || random() < 0.75)) {
    const names = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
    if (names.length === 0) break
    const name = pick<string | number>(random, names)
    path.push(name)
    value = (value as Json)[name]
  }
  return random() < 0.01 ? [] : path
}

function put(value: unknown, [name, ...rest]: Path, member: unknown): unknown {
  if (name === undefined) return member
  if (Array.isArray(value)) return value.with(Number(name), put(value[Number(name)], rest, member))
  const found = value as Json
  return { ...found, [name]: put(found[name], rest, member) }
}

/** The body with a raw text where a random value stood. */
function replaced(body: Json, raw: string, random: Random): string {
  return JSON.stringify(put(body, pathIn(body, random), marker)).replace(`"${marker}"`, () => raw)
}

/** Each makes bytes that are, mostly, no good request any more. */
export const bodyMutations = {
  truncated: (body: Json, random: Random) => {
    const bytes = Buffer.from(JSON.stringify(body))
    return bytes.subarray(0, below(random, bytes.length))
  },
  bytes: (body: Json, random: Random) => {
    const bytes = Buffer.from(JSON.stringify(body))
    const bad = [0x00, 0xff, 0xc0, 0x80, 0xed, 0xf5, 0x22, 0x5c, 0x7b, 0x7d, 0x0a]
    for (let left = 1 + below(random, 8); left > 0; left--)
      bytes[below(random, bytes.length)] = random() < 0.7 ? pick(random, bad) : below(random, 256)
    const at = below(random, bytes.length)
    const inserted = pick(random, [[], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf], [0xf0, 0x9f], [0, 0, 0]])
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(inserted), bytes.subarray(at)])
  },
  types: (body: Json, random: Random) => replaced(body, pick(random, values), random),
  nesting: (body: Json, random: Random) => {
    const depth = pick(random, [10, 100, 127, 128, 129, 500, 5000, 100_000])
    const raw = pick(random, [
      nested('[', ']', depth),
      nested('{"a":', '}', depth),
      nested('[{"content":', '}]', Math.ceil(depth / 2)),
      '['.repeat(depth),
    ])
    return replaced(body, raw, random)
  },
  numbers: (body: Json, random: Random) => replaced(body, pick(random, numbers), random),
  long: (body: Json, random: Random) => replaced(body, pick(random, long), random),
  keys: (body: Json, random: Random) => {
    const text = JSON.stringify(body)
    const raw = `${pick(random, ['"model"', '"messages"', '"stream"', '"input"', '"__proto__"', '"constructor"', '"n"', '"keelway"', '"metadata"', '""'])}:${pick(random, values)}`
    const kind = below(random, 3)
    if (kind === 0) return `${text.slice(0, -1)},${raw}}`
    if (kind === 1) return `{${raw},${text.slice(1)}`
    const path = pathIn(body, random)
    return JSON.stringify(put(body, path, undefined) ?? null)
  },
} satisfies Record<string, (body: Json, random: Random) => Buffer | string>
