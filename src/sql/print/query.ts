/** Queries and tables as SQL. */
import type {
  ColumnDefinition,
  GroupingElement,
  MatchRecognize,
  MatchSkip,
  Pattern,
  Query,
  QueryBody,
  Select,
  SelectItem,
  TableExpression,
} from '../ast.ts'
import { ExpressionWriter, printHints } from './expression.ts'
import { identifier, identifiers, name, words } from './text.ts'
import { printType } from './type.ts'

export const write = new ExpressionWriter(printQuery)

export function printQuery(query: Query): string {
  const tables = query.with?.tables.map((table) => {
    const columns = table.columns.length > 0 ? ` (${identifiers(table.columns)})` : ''
    return `${identifier(table.name)}${columns} AS (${printQuery(table.query)})`
  })
  return words(
    query.with && `WITH ${query.with.recursive ? 'RECURSIVE ' : ''}${tables?.join(', ')}`,
    printBody(query.body),
    query.orderBy.length > 0 && `ORDER BY ${write.orderItems(query.orderBy)}`,
    query.offset === undefined && query.limit && `LIMIT ${write.any(query.limit)}`,
    query.offset && `OFFSET ${write.any(query.offset)} ROWS`,
    query.offset && query.limit && `FETCH NEXT ${write.any(query.limit)} ROWS ONLY`,
  )
}

function level(body: QueryBody): number {
  if (body.kind === 'query') return 0
  if (body.kind !== 'set-operation') return 3
  return body.op === 'INTERSECT' ? 2 : 1
}
function operand(body: QueryBody, min: number): string {
  return level(body) < min ? `(${printBody(body)})` : printBody(body)
}

export function printBody(body: QueryBody): string {
  switch (body.kind) {
    case 'select':
      return printSelect(body)
    case 'values':
      return `VALUES ${write.list(body.rows)}`
    case 'explicit-table':
      return `TABLE ${name(body.name)}`
    case 'query':
      return isPlain(body) ? printQuery(body) : `(${printQuery(body)})`
    case 'set-operation': {
      const own = level(body)
      const all = body.all ? ' ALL' : ''
      return `${setOperand(body.left, own)} ${body.op}${all} ${setOperand(body.right, own + 1)}`
    }
  }
}
/** Without clauses of its own, so that parentheses would leave no node. */
function isPlain(query: Query): boolean {
  return (
    query.with === undefined && query.orderBy.length === 0 && query.limit === undefined && query.offset === undefined
  )
}
function setOperand(body: QueryBody, min: number): string {
  return body.kind === 'query' ? printBody(body) : operand(body, min)
}

export function printItem(item: SelectItem): string {
  return item.alias === undefined
    ? write.any(item.expression)
    : `${write.any(item.expression)} AS ${identifier(item.alias)}`
}
const items = (list: readonly SelectItem[]): string => list.map(printItem).join(', ')

function printSelect(select: Select): string {
  const { groupBy } = select
  return words(
    'SELECT',
    printHints(select.hints),
    select.stream && 'STREAM',
    select.quantifier,
    items(select.items),
    select.from && `FROM ${printTable(select.from)}`,
    select.where && `WHERE ${write.any(select.where)}`,
    groupBy && words('GROUP BY', groupBy.quantifier, groupBy.elements.map(printGrouping).join(', ')),
    select.having && `HAVING ${write.any(select.having)}`,
    select.windows.length > 0 &&
      `WINDOW ${select.windows.map((one) => `${identifier(one.name)} AS ${write.window(one.window)}`).join(', ')}`,
    select.qualify && `QUALIFY ${write.any(select.qualify)}`,
  )
}

function printGrouping(element: GroupingElement): string {
  switch (element.kind) {
    case 'grouping-set':
      return element.expressions.length === 1
        ? write.any(element.expressions[0])
        : `(${write.list(element.expressions)})`
    case 'grouping-sets':
      return `GROUPING SETS (${element.elements.map(printGrouping).join(', ')})`
    case 'rollup':
    case 'cube':
      return `${element.kind.toUpperCase()} (${element.elements.map(printGrouping).join(', ')})`
  }
}

/** `EXTEND (x INT)` behind a table's name. */
export function extension(columns: readonly ColumnDefinition[] | undefined): string | undefined {
  if (columns === undefined || columns.length === 0) return undefined
  const list = columns.map((column) => {
    return column.kind === 'physical-column' ? `${identifier(column.name)} ${printType(column.type)}` : ''
  })
  return `EXTEND (${list.join(', ')})`
}

// --- tables ----------------------------------------------------------------------------------------------------------

export function printTable(table: TableExpression): string {
  if (table.kind === 'join') return printJoin(table)
  const { alias, sample } = table
  const columns = alias !== undefined && alias.columns.length > 0 ? ` (${identifiers(alias.columns)})` : ''
  return words(
    printPrimary(table),
    alias && `AS ${identifier(alias.name)}${columns}`,
    sample && `TABLESAMPLE ${sample.method}(${write.any(sample.value)})`,
    sample?.repeatable && `REPEATABLE(${write.any(sample.repeatable)})`,
  )
}

function printJoin(join: Extract<TableExpression, { kind: 'join' }>): string {
  const left = printTable(join.left)
  const loose = join.type === 'COMMA'
  const right =
    join.right.kind === 'join' && !(loose && join.right.type !== 'COMMA')
      ? `(${printTable(join.right)})`
      : printTable(join.right)
  if (loose) return `${left}, ${right}`
  const word = join.type === 'INNER' ? 'JOIN' : `${join.type} JOIN`
  return words(
    left,
    join.natural && 'NATURAL',
    word,
    right,
    join.on && `ON ${write.any(join.on)}`,
    join.using && `USING (${identifiers(join.using)})`,
  )
}

function printPrimary(table: Exclude<TableExpression, { kind: 'join' }>): string {
  switch (table.kind) {
    case 'table':
      return words(
        name(table.name),
        printHints(table.hints),
        extension(table.extend),
        table.systemTime && `FOR SYSTEM_TIME AS OF ${write.any(table.systemTime)}`,
      )
    case 'derived-table':
      return `${table.lateral ? 'LATERAL ' : ''}(${printQuery(table.query)})`
    case 'table-function': {
      const call = write.call(table.call)
      return words(table.lateral && 'LATERAL', table.wrapped ? `TABLE(${call})` : call)
    }
    case 'unnest': {
      const ordinality = table.ordinality ? ' WITH ORDINALITY' : ''
      return `${table.lateral ? 'LATERAL ' : ''}UNNEST(${write.list(table.expressions)})${ordinality}`
    }
    case 'match-recognize':
      return printMatch(table)
    case 'pivot': {
      const axes = `(${table.axes.map(name).join(', ')})`
      return `${printInput(table.input)} PIVOT (${items(table.aggregates)} FOR ${axes} IN (${items(table.values)}))`
    }
    case 'unpivot': {
      const values = table.values.map((value) => {
        const as = value.as && ` AS ${value.as.length === 1 ? write.any(value.as[0]) : `(${write.list(value.as)})`}`
        return `(${value.columns.map(name).join(', ')})${as ?? ''}`
      })
      const nulls = table.includeNulls ? 'INCLUDE NULLS ' : ''
      const [measures, axes] = [identifiers(table.measures), identifiers(table.axes)]
      return `${printInput(table.input)} UNPIVOT ${nulls}((${measures}) FOR (${axes}) IN (${values.join(', ')}))`
    }
  }
}

function printInput(table: TableExpression): string {
  return table.kind === 'join' ? `(${printTable(table)})` : printTable(table)
}

function printMatch(match: MatchRecognize): string {
  const skip = match.skip && `AFTER MATCH SKIP ${printSkip(match.skip)}`
  const pattern = `${match.anchoredStart ? '^ ' : ''}${printPattern(match.pattern)}${match.anchoredEnd ? ' $' : ''}`
  const subsets = match.subsets.map((subset) => `${identifier(subset.name)} = (${identifiers(subset.variables)})`)
  const define = match.define.map((one) => `${identifier(one.variable)} AS ${write.any(one.condition)}`)
  const clauses = words(
    match.partitionBy.length > 0 && `PARTITION BY ${write.list(match.partitionBy)}`,
    match.orderBy.length > 0 && `ORDER BY ${write.orderItems(match.orderBy)}`,
    match.measures.length > 0 && `MEASURES ${items(match.measures)}`,
    match.rowsPerMatch && `${match.rowsPerMatch} PER MATCH`,
    skip,
    `PATTERN (${pattern})`,
    match.within && `WITHIN ${write.any(match.within)}`,
    subsets.length > 0 && `SUBSET ${subsets.join(', ')}`,
    `DEFINE ${define.join(', ')}`,
  )
  return `${printInput(match.input)} MATCH_RECOGNIZE (${clauses})`
}

function printSkip(skip: MatchSkip): string {
  switch (skip.kind) {
    case 'PAST LAST ROW':
      return skip.kind
    case 'NEXT ROW':
      return 'TO NEXT ROW'
    default:
      return `TO ${skip.kind} ${skip.variable === undefined ? '' : identifier(skip.variable)}`
  }
}

function printPattern(pattern: Pattern, min = 0): string {
  switch (pattern.kind) {
    case 'pattern-variable':
      return identifier(pattern.name)
    case 'pattern-sequence': {
      const text = pattern.patterns.map((one) => printPattern(one, 2)).join(' ')
      return min > 1 ? `(${text})` : text
    }
    case 'pattern-alternation': {
      const text = pattern.patterns.map((one) => printPattern(one, 1)).join(' | ')
      return min > 0 ? `(${text})` : text
    }
    case 'pattern-permute':
      return `PERMUTE(${pattern.patterns.map((one) => printPattern(one)).join(', ')})`
    case 'pattern-exclude':
      return `{- ${printPattern(pattern.pattern)} -}`
    case 'pattern-quantified': {
      const { min: from, max, reluctant } = pattern
      let times = max === undefined ? `{${from},}` : from === max ? `{${from}}` : `{${from},${max}}`
      if (from === 0 && max === undefined) times = '*'
      else if (from === 1 && max === undefined) times = '+'
      else if (from === 0 && max === 1) times = '?'
      const text = `${printPattern(pattern.pattern, 3)}${times}${reluctant ? '?' : ''}`
      return min > 2 ? `(${text})` : text
    }
  }
}
