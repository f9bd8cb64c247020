/**
 * MATCH_RECOGNIZE: partitions, order, pattern, skip and the expressions of its variables.
 *
 * Law: what Flink's CEP library cannot do is refused here, at its place: branches, groups, exclusions, PERMUTE, ALL ROWS PER
 * MATCH, a greedy end, patterns without a required row.
 */

import { matchesNothing } from '../../operators/match/automaton.ts'
import type { MatchSkip, PatternVariable } from '../../operators/match/node.ts'
import type { SortKey } from '../../operators/sort-order.ts'
import type { Expression, Identifier, MatchRecognize, Pattern, PatternQuantified } from '../../sql/ast.ts'
import { isTimeAttribute, type RowField } from '../../types/logical-type.ts'
import type { MatchRel } from '../nodes.ts'
import { bindCondition } from './expression.ts'
import type { BoundFrom } from './from.ts'
import { bindLiteral } from './literal.ts'
import { bindMatchExpression, type MatchScope, refuse, unknownVariable } from './match-expression.ts'
import { type BindContext, type BoundTable, placeOf, relationNames, resolveColumn, type Scope } from './scope.ts'

export function bindMatch(context: BindContext, ast: MatchRecognize, input: BoundFrom): BoundTable {
  const { rel } = input
  // In MEASURES and DEFINE a qualifier is a pattern variable, before them it is the table.
  const relations = input.scope.relations.map(({ path: _, ...relation }) => relation)
  const row: Scope = { relations: [{ columns: relations.flatMap(({ columns }) => columns) }] }
  if (ast.rowsPerMatch === 'ALL ROWS') {
    refuse('ALL ROWS PER MATCH is not supported', 'Write ONE ROW PER MATCH and measure what you need.', ast.span)
  }
  if (ast.subsets.length > 0) {
    refuse('SUBSET is not supported', 'Use the variables themselves in MEASURES.', ast.subsets[0].span)
  }
  if (ast.measures.length === 0) {
    refuse('there are no MEASURES', 'Say what a match gives: MEASURES A.x AS x.', ast.span)
  }
  const partition = ast.partitionBy.map((expression) => columnOf({ relations }, expression, 'PARTITION BY'))
  const { timeColumn, time, order } = bindOrder({ relations }, rel.schema, ast)
  const variables = patternVariables(ast.pattern, context.source?.text ?? '')
  const scope: MatchScope = {
    context,
    row,
    timeColumn,
    time,
    schema: rel.schema,
    tables: relationNames(input.scope),
    // A variable that is defined and not in the pattern has no rows.
    variables: [
      ...new Set([...variables.map(({ name }) => name.name), ...ast.define.map((each) => each.variable.name)]),
    ],
  }
  const conditions = new Map(
    ast.define.map(
      ({ variable, condition }) =>
        [variable.name, bindMatchExpression(scope, condition, 'DEFINE', bindCondition)] as const,
    ),
  )
  const pattern = variables.map(({ name, ...counts }): PatternVariable => {
    const condition = conditions.get(name.name)
    return { name: name.name, ...counts, ...(condition && { condition }) }
  })
  checkPattern(pattern, ast)
  const measures = ast.measures.map((item) => ({ item, expr: bindMatchExpression(scope, item.expression, 'MEASURES') }))
  const fields: RowField[] = measures.map(({ item, expr }) => {
    if (item.alias === undefined) refuse('a measure needs a name', 'Write MEASURES A.x AS x.', item.span)
    return { name: item.alias.name, type: expr.expr.type }
  })
  const schema = [...partition.map((column) => rel.schema[column]), ...fields]
  const matched: MatchRel = {
    kind: 'match',
    input: rel,
    timeColumn,
    time,
    order,
    partition,
    pattern,
    skip: bindSkip(
      ast,
      pattern.map(({ name }) => name),
    ),
    ...within(ast),
    measures: measures.map(({ expr }) => expr),
    schema,
    place: placeOf(context, ast),
  }
  return { rel: matched, names: schema.map((field) => field.name) }
}

function columnOf(row: Scope, ast: Expression, clause: string): number {
  if (ast.kind !== 'column') {
    return refuse(`${clause} takes columns only`, 'Compute the expression in a query or a view below.', ast.span)
  }
  const { expr, fields } = resolveColumn(row, ast.name)
  if (expr.kind !== 'input' || fields.length > 0) {
    return refuse(`${clause} takes columns only`, 'Compute the expression in a query or a view below.', ast.span)
  }
  return expr.index
}

function bindOrder(row: Scope, schema: readonly RowField[], ast: MatchRecognize) {
  const hint = 'Write ORDER BY the column that the table has a WATERMARK for (or a PROCTIME() column) first, ascending.'
  const [first, ...rest] = ast.orderBy
  if (first === undefined) return refuse('the rows have no order', hint, ast.span)
  const timeColumn = columnOf(row, first.expression, 'ORDER BY')
  const { type } = schema[timeColumn]
  if (!isTimeAttribute(type) || type.attribute === undefined) {
    return refuse('the first column of ORDER BY is no time attribute', hint, first.span)
  }
  if (first.descending) return refuse('the order of time must be ascending', hint, first.span)
  const order = rest.map(
    (item): SortKey => ({
      column: columnOf(row, item.expression, 'ORDER BY'),
      descending: item.descending,
      nullsLast: item.nulls === undefined ? item.descending : item.nulls === 'LAST',
    }),
  )
  return { timeColumn, time: type.attribute, order }
}

// ---- The pattern -----------------------------------------------------------------------------------------------------

interface CountedVariable {
  readonly name: Identifier
  readonly min: number
  readonly max?: number
  readonly greedy: boolean
}

function patternVariables(pattern: Pattern, source: string): CountedVariable[] {
  switch (pattern.kind) {
    case 'pattern-variable':
      return [{ name: pattern.name, min: 1, max: 1, greedy: false }]
    case 'pattern-sequence':
      return pattern.patterns.flatMap((each) => patternVariables(each, source))
    case 'pattern-quantified':
      return [quantified(pattern, source)]
    case 'pattern-alternation':
      return refuse(
        'alternatives (A | B) are not supported',
        'Use one variable whose condition joins both by OR, or two queries and UNION ALL.',
        pattern.span,
      )
    case 'pattern-permute':
      return refuse('PERMUTE is not supported', 'Write one query per order and UNION ALL.', pattern.span)
    case 'pattern-exclude':
      return refuse(
        'exclusions {- … -} are not supported',
        'With ONE ROW PER MATCH they change nothing: leave the braces out.',
        pattern.span,
      )
  }
}

function quantified({ pattern, min, max, reluctant, span }: PatternQuantified, source: string): CountedVariable {
  if (/\{\s*,/.test(source.slice(span.start, span.end))) {
    return refuse('a quantifier needs its lower bound', `Write {0,${max}}.`, span)
  }
  if (pattern.kind !== 'pattern-variable') {
    return refuse('a group of variables cannot be repeated', 'Repeat single variables: A+ B+.', span)
  }
  if (max !== undefined && (max === 0 || max < min)) {
    return refuse(`{${min},${max}} asks for no row`, 'The upper bound must be at least 1 and the lower bound.', span)
  }
  const optional = min === 0 && max === 1
  if (reluctant && optional) {
    return refuse('a reluctant optional variable (A??) is not supported', 'Write A?.', span)
  }
  const greedy = !reluctant && !optional && min !== max
  return { name: pattern.name, min, ...(max !== undefined && { max }), greedy }
}

function checkPattern(pattern: readonly PatternVariable[], ast: MatchRecognize): void {
  const { span } = ast.pattern
  const names = pattern.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) {
    refuse(`the pattern has the variable '${twice}' twice`, 'Give each place a name of its own.', span)
  }
  pattern.forEach(({ name, min }, i) => {
    if (i > 0 && min === 0 && pattern[i - 1].greedy) {
      const before = pattern[i - 1].name
      refuse(
        `the optional variable '${name}' stands behind the greedy '${before}'`,
        `Make '${before}' reluctant (a '?' behind its quantifier), or '${name}' required.`,
        span,
      )
    }
  })
  if (matchesNothing(pattern)) {
    refuse('the pattern can match no row at all', 'At least one variable must be required.', span)
  }
  const last = pattern[pattern.length - 1]
  if (last.greedy) {
    refuse(
      `the pattern ends in the greedy variable '${last.name}'`,
      `End with a single variable, or make '${last.name}' reluctant (a '?' behind its quantifier).`,
      span,
    )
  }
}

function bindSkip({ skip }: MatchRecognize, variables: readonly string[]): MatchSkip {
  // Flink's default; the standard's is SKIP PAST LAST ROW.
  if (skip === undefined || skip.kind === 'NEXT ROW') return { kind: 'next' }
  if (skip.kind === 'PAST LAST ROW') return { kind: 'past-last' }
  const name = skip.variable as Identifier
  const variable = variables.indexOf(name.name)
  if (variable === -1) return unknownVariable(name, variables)
  return { kind: skip.kind === 'FIRST' ? 'first' : 'last', variable }
}

function within({ within: ast }: MatchRecognize): { readonly withinMs?: number } {
  if (ast === undefined) return {}
  const constant = ast.kind === 'interval' ? bindLiteral(ast) : undefined
  if (constant?.kind !== 'literal' || constant.type.kind !== 'INTERVAL_DAY_TIME') {
    return refuse('WITHIN takes a constant interval of days or less', "Write WITHIN INTERVAL '1' HOUR.", ast.span)
  }
  return { withinMs: Number(constant.value) }
}
