/**
 * What must be true of a new release's answers on a test set, with a tolerance (ease.ml/ci, Renggli et al.,
 * MLSys 2019). Over n and o, the mean scores of the new and the old release, and d, the share of rows they answer
 * differently:
 *
 *     condition  := clause (("/\" | "&&") clause)*
 *     clause     := sum (">" | "<") number "+/-" number
 *     sum        := ["-"] term (("+" | "-") term)*
 *     term       := variable | number "*" variable | variable "*" number
 */
export interface Condition {
  text: string
  clauses: Clause[]
}

type Variable = 'n' | 'o' | 'd'

export interface Clause {
  /** As written. */
  text: string
  /** Coefficient of each variable in it, none 0. */
  terms: Partial<Record<Variable, number>>
  operator: '>' | '<'
  threshold: number
  /** Half width of the interval in which the left side is known, above 0. */
  tolerance: number
}

/** A condition that can not be read: where, and what to write instead. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError'
  /** Counted from 1. */
  readonly position: number
  constructor(message: string, position: number) {
    super(`${message} (at character ${position})`)
    this.position = position
  }
}

const LONGEST = 1024
const MOST_CLAUSES = 16

/** @throws ConditionError naming the position and the fix */
export function parseCondition(text: string): Condition {
  if (text.length > LONGEST)
    throw new ConditionError(`a condition may have ${LONGEST} characters, this has ${text.length}`, LONGEST)
  const tokens = new Tokens(text)
  const clauses = [clause(tokens)]
  while (tokens.take('and')) {
    clauses.push(clause(tokens))
    if (clauses.length > MOST_CLAUSES)
      throw new ConditionError(`a condition may have ${MOST_CLAUSES} clauses`, tokens.position)
  }
  if (!tokens.atEnd) throw tokens.expected('/\\ and another clause, or the end')
  return { text, clauses }
}

function clause(tokens: Tokens): Clause {
  const start = tokens.start
  const terms = sum(tokens)
  const greater = tokens.take('>')
  if (!greater && !tokens.take('<')) throw tokens.expected('> or < after the sum')
  const threshold = signedNumber(tokens, 'a number to compare with, such as 0.02')
  if (!tokens.take('tolerance')) throw tokens.expected('a tolerance, such as +/- 0.05')
  const at = tokens.position
  const tolerance = signedNumber(tokens, 'a number after +/-, such as 0.05')
  if (!(tolerance > 0)) throw new ConditionError('the tolerance must be above 0, such as +/- 0.05', at)
  return { text: tokens.since(start), terms, operator: greater ? '>' : '<', threshold, tolerance }
}

function sum(tokens: Tokens): Clause['terms'] {
  const at = tokens.position
  const terms: Clause['terms'] = {}
  let sign = tokens.take('-') ? -1 : 1
  do {
    const { variable, coefficient } = term(tokens)
    terms[variable] = (terms[variable] ?? 0) + sign * coefficient
    sign = tokens.next === '-' ? -1 : 1
  } while (tokens.take('+') || tokens.take('-'))
  for (const [variable, coefficient] of Object.entries(terms))
    if (coefficient === 0)
      throw new ConditionError(`${variable} has the factor 0; leave it out or change the sum`, at)
  return terms
}

function term(tokens: Tokens): { variable: Variable; coefficient: number } {
  const before = tokens.number()
  if (before !== undefined && !tokens.take('*'))
    throw tokens.expected('* and n, o or d after a factor, such as 1.1 * o')
  const variable = tokens.variable()
  if (variable === undefined) throw tokens.expected('n, o or d')
  if (before !== undefined) return { variable, coefficient: before }
  if (!tokens.take('*')) return { variable, coefficient: 1 }
  const after = tokens.number()
  if (after === undefined) throw tokens.expected('a factor after *, such as o * 1.1')
  return { variable, coefficient: after }
}

function signedNumber(tokens: Tokens, what: string): number {
  const negative = tokens.take('-')
  const value = tokens.number()
  if (value === undefined) throw tokens.expected(what)
  return negative ? -value : value
}

type Token = { kind: string; text: string; at: number; end: number }

const pattern =
  /\s*(?:(?<number>(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:[eE][+-]?\d{1,2})?)|(?<tolerance>\+\/-|±)|(?<and>\/\\|&&)|(?<symbol>[-+*<>])|(?<word>[A-Za-z_]+))/y

/** The tokens of a condition, read one after the other. */
class Tokens {
  readonly #text: string
  readonly #tokens: Token[]
  #index = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokenize(text)
  }

  get atEnd(): boolean {
    return this.#index >= this.#tokens.length
  }

  get next(): string | undefined {
    return this.#tokens[this.#index]?.kind
  }

  /** Of the next token, counted from 1. */
  get position(): number {
    return (this.#tokens[this.#index]?.at ?? this.#text.trimEnd().length) + 1
  }

  get start(): number {
    return this.position - 1
  }

  since(start: number): string {
    return this.#text.slice(start, this.#tokens[this.#index - 1]?.end)
  }

  take(kind: string): boolean {
    if (this.next !== kind) return false
    this.#index += 1
    return true
  }

  number(): number | undefined {
    const token = this.#tokens[this.#index]
    if (token?.kind !== 'number') return undefined
    this.#index += 1
    return Number(token.text)
  }

  variable(): Variable | undefined {
    const text = this.#tokens[this.#index]?.text
    if (text !== 'n' && text !== 'o' && text !== 'd') return undefined
    this.#index += 1
    return text
  }

  expected(what: string): ConditionError {
    const found = this.#tokens[this.#index]
    return new ConditionError(`expected ${what}${found ? `, found "${found.text}"` : ''}`, this.position)
  }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  const end = text.trimEnd().length
  pattern.lastIndex = 0
  while (pattern.lastIndex < end) {
    const from = pattern.lastIndex
    const match = pattern.exec(text)
    if (match === null) {
      const at = from + (text.slice(from).length - text.slice(from).trimStart().length)
      throw new ConditionError(
        `"${text[at]}" has no meaning here; a condition looks like n - o > 0.02 +/- 0.05`,
        at + 1,
      )
    }
    const groups = match.groups ?? {}
    const found = match[0].trimStart()
    const kind = ['number', 'tolerance', 'and', 'word'].find(name => groups[name] !== undefined) ?? found
    tokens.push({ kind, text: found, at: pattern.lastIndex - found.length, end: pattern.lastIndex })
  }
  return tokens
}
