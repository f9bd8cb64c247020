/**
 * Expressions as SQL.
 *
 * Law: parentheses stand exactly where the tree is not the one that precedence would give, or where reading is doubtful;
 * the powers are those of `parser/expression.ts`.
 */
import type {
  Argument,
  BinaryOperator,
  Case,
  Expression,
  FrameBound,
  FunctionCall,
  Hint,
  JsonBehavior,
  JsonClauses,
  OrderItem,
  Query,
  WindowSpecification,
} from '../ast.ts'
import { identifier, name, printIdentifier, printText, words } from './text.ts'
import { printQualifier, printType } from './type.ts'

/** Prints a query, without parentheses; given in, since queries print expressions. */
export type QueryPrinter = (query: Query) => string

const PRIMARY = 200
const ACCESS = 100
const SIGN = 80
const MATCH = 32
/** LIKE takes all of its own level on its right, so that on the left of its level it needs parentheses. */
const LIKE = 31.5
const COMPARISON = 30
const POSTFIX = 28
const NOT = 26

function power(e: Expression): number {
  switch (e.kind) {
    case 'binary':
      switch (e.op) {
        case 'OR':
          return 22
        case 'AND':
          return 24
        case '+':
        case '-':
          return 40
        case '*':
        case '/':
        case '%':
        case '||':
          return 60
        case 'MULTISET UNION':
        case 'MULTISET UNION ALL':
        case 'MULTISET EXCEPT':
        case 'MULTISET EXCEPT ALL':
          return 14
        case 'MULTISET INTERSECT':
        case 'MULTISET INTERSECT ALL':
          return 18
        default:
          return COMPARISON
      }
    case 'unary':
      return e.op === 'NOT' ? NOT : e.op === '-' || e.op === '+' ? SIGN : PRIMARY
    case 'is':
    case 'json-format':
      return POSTFIX
    case 'is-distinct':
      return COMPARISON
    case 'like':
      return LIKE
    case 'between':
    case 'in-list':
    case 'in-query':
    case 'quantified':
      return MATCH
    case 'exists':
      return 40
    case 'field':
    case 'element':
      return ACCESS
    default:
      return PRIMARY
  }
}

export class ExpressionWriter {
  readonly #query: QueryPrinter

  constructor(query: QueryPrinter) {
    this.#query = query
  }

  /** For the places that take an expression of any power. */
  readonly any = (e: Expression): string => this.at(e, 0)

  list(list: readonly Expression[]): string {
    return list.map(this.any).join(', ')
  }

  /** In parentheses if it binds looser than `min`. */
  at(e: Expression, min: number): string {
    return power(e) < min ? `(${this.#print(e)})` : this.#print(e)
  }

  #print(e: Expression): string {
    switch (e.kind) {
      case 'number':
        return e.text
      case 'string':
        return e.charset === undefined ? printText(e.value) : `_${e.charset}${printText(e.value)}`
      case 'binary-string':
        return `X'${e.hex}'`
      case 'boolean':
        return e.value === null ? 'UNKNOWN' : e.value ? 'TRUE' : 'FALSE'
      case 'null':
        return 'NULL'
      case 'datetime':
        return `${e.type === 'TIMESTAMP_LTZ' ? 'TIMESTAMP WITH LOCAL TIME ZONE' : e.type} ${printText(e.text)}`
      case 'interval': {
        const sign = e.negative ? '-' : ''
        const value = typeof e.value === 'string' ? printText(e.value) : this.#intervalValue(e.value)
        return `INTERVAL ${sign}${value} ${printQualifier(e.qualifier)}`
      }
      case 'parameter':
        return '?'
      case 'column':
        return name(e.name)
      case 'star':
        return e.qualifier === undefined ? '*' : `${name(e.qualifier)}.*`
      case 'field': {
        // `(a).b` is a field of a; without the parentheses it would be a name of two parts, and `1.b` a number first.
        const bare = e.object.kind === 'column' || e.object.kind === 'number' || e.object.kind === 'unary'
        const object = bare ? `(${this.any(e.object)})` : this.at(e.object, ACCESS)
        return `${object}.${e.call === undefined ? identifier(e.field) : this.call(e.call)}`
      }
      case 'element':
        return `${this.at(e.collection, ACCESS)}[${e.mode === undefined ? this.any(e.index) : `${e.mode}(${this.any(e.index)})`}]`
      case 'unary': {
        if (e.op === 'FINAL' || e.op === 'RUNNING') return `${e.op} ${this.at(e.operand, PRIMARY)}`
        const operand = this.at(e.operand, e.op === 'NOT' ? NOT : SIGN)
        return e.op === 'NOT' ? `NOT ${operand}` : `${e.op}${operand.startsWith(e.op) ? ' ' : ''}${operand}`
      }
      case 'binary':
        return this.#binary(e)
      case 'is':
        return `${this.at(e.operand, POSTFIX)} IS ${e.negated ? 'NOT ' : ''}${e.test}`
      case 'json-format':
        return `${this.at(e.operand, POSTFIX)} FORMAT JSON`
      case 'is-distinct':
        return `${this.at(e.left, COMPARISON)} IS ${e.negated ? 'NOT ' : ''}DISTINCT FROM ${this.at(e.right, MATCH - 1)}`
      case 'between': {
        const word = `${e.negated ? 'NOT ' : ''}BETWEEN${e.symmetric ? ' SYMMETRIC' : ''}`
        const [low, high] = [this.at(e.low, MATCH + 1), this.at(e.high, MATCH + 1)]
        return `${this.at(e.operand, MATCH)} ${word} ${low} AND ${high}`
      }
      case 'like': {
        const word = `${e.negated ? 'NOT ' : ''}${e.op}`
        const sign = e.escape === undefined ? '' : ` ESCAPE ${this.at(e.escape, ACCESS)}`
        return `${this.at(e.operand, MATCH)} ${word} ${this.at(e.pattern, MATCH + 1)}${sign}`
      }
      case 'in-list':
        return `${this.at(e.operand, MATCH)} ${e.negated ? 'NOT ' : ''}IN (${this.list(e.list)})`
      case 'in-query':
        return `${this.at(e.operand, MATCH)} ${e.negated ? 'NOT ' : ''}IN (${this.#query(e.query)})`
      case 'quantified': {
        const right = 'kind' in e.right ? this.#query(e.right) : this.list(e.right)
        return `${this.at(e.operand, MATCH)} ${e.op} ${e.quantifier} (${right})`
      }
      case 'exists':
        return `${e.test} (${this.#query(e.query)})`
      case 'subquery':
        return `(${this.#query(e.query)})`
      case 'case':
        return this.#case(e)
      case 'cast': {
        return `${e.safe ? 'TRY_CAST' : 'CAST'}(${this.any(e.operand)} AS ${printType(e.type)})`
      }
      case 'call':
        return this.call(e)
      case 'symbol':
        return printSymbol(e.value)
      case 'row':
        return e.explicit ? `ROW(${this.list(e.elements)})` : `(${this.list(e.elements)})`
      case 'collection':
        return `${e.type}[${this.list(e.elements)}]`
      case 'collection-query':
        return `${e.type}(${this.#query(e.query)})`
      case 'table-argument': {
        const input = e.input.kind === 'name' ? name(e.input) : `(${this.#query(e.input)})`
        const partition = e.partitionBy.length > 0 && `PARTITION BY (${this.list(e.partitionBy)})`
        const order = e.orderBy.length > 0 && `ORDER BY (${this.orderItems(e.orderBy)})`
        return words(e.input.kind === 'name' && 'TABLE', input, printHints(e.hints), partition, order)
      }
      case 'model-argument':
        return `MODEL ${name(e.name)}`
      case 'descriptor':
        return `DESCRIPTOR(${e.columns.map((column) => name(column.name)).join(', ')})`
      case 'default':
        return 'DEFAULT'
      case 'time-difference':
        return `(${this.at(e.left, 40)} - ${this.at(e.right, 41)}) ${printQualifier(e.qualifier)}`
      case 'sequence-value':
        return `${e.which} VALUE FOR ${name(e.sequence)}`
    }
  }

  #intervalValue(e: Expression): string {
    return e.kind === 'number' || e.kind === 'column' ? this.any(e) : `(${this.any(e)})`
  }

  /** Long chains of one operator are left-deep: they are printed in a loop, not by recursion. */
  #binary(e: Extract<Expression, { kind: 'binary' }>): string {
    const own = power(e)
    const tail: string[] = []
    let left: Expression = e
    while (left.kind === 'binary' && power(left) === own) {
      tail.push(` ${printOperator(left.op)} ${this.at(left.right, own + 1)}`)
      left = left.left
    }
    return this.at(left, own) + tail.reverse().join('')
  }

  #case(e: Case): string {
    const operand = e.operand === undefined ? undefined : this.any(e.operand)
    const branches = e.branches.map((branch) => `WHEN ${this.any(branch.when)} THEN ${this.any(branch.then)}`)
    return words('CASE', operand, ...branches, e.otherwise && `ELSE ${this.any(e.otherwise)}`, 'END')
  }

  // --- calls ---------------------------------------------------------------------------------------------------------

  call(call: FunctionCall): string {
    if (!call.parentheses) return this.#callName(call)
    const inside = words(call.quantifier, this.#arguments(call), this.#inside(call))
    return words(
      call.modifier,
      `${this.#callName(call)}(${inside})`,
      call.nulls && `${call.nulls} NULLS`,
      call.withinDistinct && `WITHIN DISTINCT (${this.list(call.withinDistinct)})`,
      call.withinGroup && `WITHIN GROUP (ORDER BY ${this.orderItems(call.withinGroup)})`,
      call.filter && `FILTER (WHERE ${this.any(call.filter)})`,
      call.over && `OVER ${call.over.kind === 'identifier' ? identifier(call.over) : this.window(call.over)}`,
    )
  }

  /** A reserved word is a function's name as it stands; in back-ticks it would be another function. */
  #callName(call: FunctionCall): string {
    const [first] = call.name.parts
    return call.name.parts.length === 1 && !first.quoted ? first.name : name(call.name)
  }

  #inside(call: FunctionCall): string {
    return words(
      call.orderBy.length > 0 && `ORDER BY ${this.orderItems(call.orderBy)}`,
      call.json && this.#json(call.json),
    )
  }

  argument(arg: Argument): string {
    return arg.kind === 'named-argument' ? `${identifier(arg.name)} => ${this.any(arg.value)}` : this.any(arg)
  }

  #arguments(call: FunctionCall): string {
    const { args } = call
    const [first] = call.name.parts
    const word = call.name.parts.length === 1 && !first.quoted ? first.name.toUpperCase() : ''
    const arg = (index: number): string => this.argument(args[index])
    switch (word) {
      case 'EXTRACT':
        return `${arg(0)} FROM ${arg(1)}`
      case 'FLOOR':
      case 'CEIL':
      case 'CEILING':
        return args.length > 1 ? `${arg(0)} TO ${arg(1)}` : arg(0)
      case 'POSITION': {
        const sought = this.at(args[0] as Expression, MATCH + 1)
        return words(sought, 'IN', arg(1), args.length > 2 && `FROM ${arg(2)}`)
      }
      case 'OVERLAY':
        return words(arg(0), 'PLACING', arg(1), 'FROM', arg(2), args.length > 3 && `FOR ${arg(3)}`)
      case 'TRIM':
        return args.length > 1 ? `${arg(0)} ${arg(1)} FROM ${arg(2)}` : arg(0)
      case 'TRANSLATE':
      case 'CONVERT':
        if (args.length === 2 && args[1].kind === 'symbol') return `${arg(0)} USING ${arg(1)}`
        break
      case 'CONTAINS_SUBSTR':
        if (args.length > 2) return `${arg(0)}, ${arg(1)}, JSON_SCOPE => ${arg(2)}`
        break
      case 'JSON_OBJECT':
      case 'JSON_OBJECTAGG': {
        const pairs: string[] = []
        for (let i = 0; i < args.length; i += 2) pairs.push(`KEY ${arg(i)} VALUE ${arg(i + 1)}`)
        return pairs.join(', ')
      }
      case 'JSON_VALUE':
      case 'JSON_QUERY':
      case 'JSON_EXISTS': {
        const passing = args.slice(2).map((one) => {
          return one.kind === 'named-argument' ? `${this.any(one.value)} AS ${identifier(one.name)}` : this.any(one)
        })
        return words(`${arg(0)}, ${arg(1)}`, passing.length > 0 && `PASSING ${passing.join(', ')}`)
      }
    }
    return args.map((one) => this.argument(one)).join(', ')
  }

  #json(json: JsonClauses): string {
    const behavior = (b: JsonBehavior | undefined, on: string): string | undefined => {
      if (b === undefined) return undefined
      return b.kind === 'DEFAULT' ? `DEFAULT ${this.any(b.value)} ON ${on}` : `${b.kind} ON ${on}`
    }
    return words(
      json.returning && `RETURNING ${printType(json.returning)}`,
      json.onNull && `${json.onNull} ON NULL`,
      json.wrapper && (json.wrapper === 'WITHOUT' ? 'WITHOUT WRAPPER' : `WITH ${json.wrapper} WRAPPER`),
      behavior(json.onEmpty, 'EMPTY'),
      behavior(json.onError, 'ERROR'),
    )
  }

  // --- windows and order ---------------------------------------------------------------------------------------------

  orderItems(items: readonly OrderItem[]): string {
    return items
      .map((item) => words(this.any(item.expression), item.descending && 'DESC', item.nulls && `NULLS ${item.nulls}`))
      .join(', ')
  }

  window(w: WindowSpecification): string {
    const frame =
      w.frame &&
      (w.frame.end === undefined
        ? `${w.frame.unit} ${this.#bound(w.frame.start)}`
        : `${w.frame.unit} BETWEEN ${this.#bound(w.frame.start)} AND ${this.#bound(w.frame.end)}`)
    const inside = words(
      w.base && identifier(w.base),
      w.partitionBy.length > 0 && `PARTITION BY ${this.list(w.partitionBy)}`,
      w.orderBy.length > 0 && `ORDER BY ${this.orderItems(w.orderBy)}`,
      frame,
      w.allowPartial !== undefined && `${w.allowPartial ? 'ALLOW' : 'DISALLOW'} PARTIAL`,
    )
    return `(${inside})`
  }

  #bound(bound: FrameBound): string {
    return bound.offset === undefined ? bound.kind : `${this.at(bound.offset, MATCH + 1)} ${bound.kind}`
  }
}

/** Without a word the multiset operators mean ALL. */
function printOperator(op: BinaryOperator): string {
  return op.startsWith('MULTISET') && !op.endsWith('ALL') ? `${op} DISTINCT` : op
}

function printSymbol(value: string): string {
  return /^[A-Z_]+(\([A-Z]+\))?$/.test(value) ? value : printIdentifier(value)
}

export function printHints(hints: readonly Hint[]): string | undefined {
  if (hints.length === 0) return undefined
  const list = hints.map((hint) => {
    if (hint.arguments.length === 0) return identifier(hint.name)
    const args = hint.arguments.map((arg) => {
      const value = arg.valueKind === 'string' ? printText(arg.value) : arg.value
      if (arg.key === undefined) return value
      return `${arg.keyKind === 'string' ? printText(arg.key) : arg.key} = ${value}`
    })
    return `${identifier(hint.name)}(${args.join(', ')})`
  })
  return `/*+ ${list.join(', ')} */`
}
