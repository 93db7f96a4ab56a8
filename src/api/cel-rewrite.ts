import type { parse } from '@bufbuild/cel'
import { OPTIONAL_INDEX, OPTIONAL_SELECT } from './cel-optional.ts'

export type Expr = NonNullable<ReturnType<typeof parse>['expr']>

/** Functions that expressions can not name: one that counts, one that lists entries, one that puts one in. */
export const TICK = '@tick'
export const ENTRIES = '@entries'
export const PUT = '@put'

const ACCUMULATOR = '@result'
const ENTRY = '@entry'

/**
 * Makes of what the engine parses what it can evaluate: chains of optional selections, macros over two variables
 * and over optionals, and in each loop one call that counts its turns, by which it can be ended.
 */
export function rewritten(expr: Expr): Expr {
  const { exprKind } = expr
  switch (exprKind.case) {
    case 'selectExpr':
      return select(expr)
    case 'callExpr':
      return rewrittenCall(expr)
    case 'listExpr':
      return with_(expr, { ...exprKind.value, elements: exprKind.value.elements.map(rewritten) })
    case 'structExpr':
      return with_(expr, {
        ...exprKind.value,
        entries: exprKind.value.entries.map(entry => ({
          ...entry,
          keyKind:
            entry.keyKind.case === 'mapKey'
              ? { ...entry.keyKind, value: rewritten(entry.keyKind.value) }
              : entry.keyKind,
          ...(entry.value && { value: rewritten(entry.value) }),
        })),
      })
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result, ...rest } = exprKind.value
      if (!iterRange || !accuInit || !loopCondition || !loopStep || !result) return expr
      return with_(expr, {
        ...rest,
        iterRange: rewritten(iterRange),
        accuInit: rewritten(accuInit),
        loopCondition: counted(rewritten(loopCondition)),
        loopStep: rewritten(loopStep),
        result: rewritten(result),
      })
    }
    default:
      return expr
  }
}

const with_ = (expr: Expr, value: object): Expr =>
  ({ ...expr, exprKind: { case: expr.exprKind.case, value } }) as Expr

const make = (kind: string, value: object): Expr =>
  ({ $typeName: 'cel.expr.Expr', id: 0n, exprKind: { case: kind, value } }) as Expr
const call = (name: string, args: readonly Expr[], target?: Expr): Expr =>
  make('callExpr', { $typeName: 'cel.expr.Expr.Call', function: name, args, ...(target && { target }) })
const name = (text: string): Expr => make('identExpr', { $typeName: 'cel.expr.Expr.Ident', name: text })
const constant = (kind: string, value: unknown): Expr =>
  make('constExpr', { $typeName: 'cel.expr.Constant', constantKind: { case: kind, value } })
const list = (elements: readonly Expr[]): Expr =>
  make('listExpr', { $typeName: 'cel.expr.Expr.CreateList', elements, optionalIndices: [] })
const truth = (value: boolean) => constant('boolValue', value)
const counted = (condition: Expr): Expr => call('_&&_', [call(TICK, []), condition])

interface Fold {
  range: Expr
  iterVar: string
  accuVar?: string
  init: Expr
  condition: Expr
  step: Expr
  result?: Expr
}

const fold = ({ range, iterVar, accuVar = ACCUMULATOR, init, condition, step, result }: Fold): Expr =>
  make('comprehensionExpr', {
    $typeName: 'cel.expr.Expr.Comprehension',
    iterVar,
    iterVar2: '',
    iterRange: range,
    accuVar,
    accuInit: init,
    loopCondition: condition,
    loopStep: step,
    result: result ?? name(accuVar),
  })

/** `expr` with a variable that has a value: a loop over nothing. */
const bind = (variable: string, value: Expr, expr: Expr): Expr =>
  fold({
    range: list([]),
    iterVar: '@unused',
    accuVar: variable,
    init: value,
    condition: truth(false),
    step: name(variable),
    result: expr,
  })

const isOptionalChain = ({ exprKind }: Expr): boolean =>
  exprKind.case === 'callExpr' && [OPTIONAL_SELECT, OPTIONAL_INDEX].includes(exprKind.value.function)

function select(expr: Expr): Expr {
  if (expr.exprKind.case !== 'selectExpr') return expr
  const { operand, field, testOnly } = expr.exprKind.value
  if (!operand) return expr
  const inside = rewritten(operand)
  if (!isOptionalChain(inside)) return with_(expr, { ...expr.exprKind.value, operand: inside })
  const selected = call(OPTIONAL_SELECT, [constant('stringValue', field)], inside)
  return testOnly ? call('hasValue', [], selected) : selected
}

function rewrittenCall(expr: Expr): Expr {
  if (expr.exprKind.case !== 'callExpr') return expr
  const { function: named, target, args } = expr.exprKind.value
  const inside = args.map(rewritten)
  const [first, second, third, fourth] = inside
  if (named === '_[_]' && first && second && isOptionalChain(first))
    return call(OPTIONAL_INDEX, [second], first)
  const of = target && rewritten(target)
  const variables = args.map(({ exprKind }) =>
    exprKind.case === 'identExpr' ? exprKind.value.name : undefined,
  )
  const [x, y] = variables
  if (
    of &&
    x !== undefined &&
    second &&
    (named === 'optMap' || named === 'optFlatMap') &&
    args.length === 2
  ) {
    const value = bind(x, call('value', [], of), second)
    const some = named === 'optMap' ? call('of', [value], name('optional')) : value
    return call('_?_:_', [call('hasValue', [], of), some, call('none', [], name('optional'))])
  }
  if (of && x !== undefined && y !== undefined && third) {
    const expanded = overEntries(named, { range: of, x, y, third, fourth })
    if (expanded) return expanded
  }
  return with_(expr, { ...expr.exprKind.value, args: inside, ...(of && { target: of }) })
}

interface Entries {
  range: Expr
  x: string
  y: string
  third: Expr
  fourth: Expr | undefined
}

/** Macros with a variable for index or key and one for the value (cel-go: ext/comprehensions.go). */
function overEntries(named: string, { range, x, y, third, fourth }: Entries): Expr | undefined {
  const accumulated = name(ACCUMULATOR)
  const at = (index: bigint) => call('_[_]', [name(ENTRY), constant('int64Value', index)])
  const inside = (body: Expr) => bind(x, at(0n), bind(y, at(1n), body))
  const over = (init: Expr, step: Expr, condition: Expr = truth(true), result?: Expr): Expr =>
    fold({
      range: call(ENTRIES, [range]),
      iterVar: ENTRY,
      init,
      condition: counted(condition),
      step,
      ...(result && { result }),
    })
  const goesOn = (value: Expr) => call('@not_strictly_false', [value])
  const chosen = (put: Expr, test?: Expr) => (test ? call('_?_:_', [inside(test), put, accumulated]) : put)
  const appended = (value: Expr) => call('_+_', [accumulated, list([inside(value)])])
  const entered = (value: Expr) => call(PUT, [accumulated, at(0n), inside(value)])
  const [test, value] = fourth ? [third, fourth] : [undefined, third]
  const empty = make('structExpr', { $typeName: 'cel.expr.Expr.CreateStruct', messageName: '', entries: [] })
  switch (named) {
    case 'all':
      return over(truth(true), call('_&&_', [accumulated, inside(third)]), goesOn(accumulated))
    case 'exists':
      return over(truth(false), call('_||_', [accumulated, inside(third)]), goesOn(call('!_', [accumulated])))
    case 'existsOne':
    case 'exists_one': {
      const one = constant('int64Value', 1n)
      const step = call('_?_:_', [inside(third), call('_+_', [accumulated, one]), accumulated])
      return over(constant('int64Value', 0n), step, truth(true), call('_==_', [accumulated, one]))
    }
    case 'transformList':
      return over(list([]), chosen(appended(value), test))
    case 'transformMap':
      return over(empty, chosen(entered(value), test))
    default:
      return undefined
  }
}
