/**
 * Queries.
 *
 * Law: every query is one `Query` node, whose WITH, ORDER BY, LIMIT and OFFSET apply to its body; a query in parentheses
 * without any of these leaves only its body. Set operations associate to the left, INTERSECT binds tighter.
 */
import type { Span } from '../../base/span.ts'
import type { FunctionCall, WindowSpecification } from './call.ts'
import type { ColumnDefinition } from './ddl.ts'
import type { Expression } from './expression.ts'
import type { Identifier, Name } from './name.ts'

export interface Query {
  readonly kind: 'query'
  readonly with?: With
  readonly body: QueryBody
  readonly orderBy: readonly OrderItem[]
  /** LIMIT n or FETCH FIRST n ROWS ONLY; LIMIT ALL is none. */
  readonly limit?: Expression
  readonly offset?: Expression
  readonly span: Span
}
export type QueryBody = Select | SetOperation | Values | ExplicitTable | Query

export interface With {
  readonly kind: 'with'
  readonly recursive: boolean
  readonly tables: readonly CommonTable[]
  readonly span: Span
}
export interface CommonTable {
  readonly kind: 'common-table'
  readonly name: Identifier
  /** Empty when absent. */
  readonly columns: readonly Identifier[]
  readonly query: Query
  readonly span: Span
}

export interface SetOperation {
  readonly kind: 'set-operation'
  readonly op: 'UNION' | 'INTERSECT' | 'EXCEPT'
  readonly all: boolean
  readonly left: QueryBody
  readonly right: QueryBody
  readonly span: Span
}
/** Rows in parentheses, with ROW, or bare: a bare value is a row of one element that is not `explicit`. */
export interface Values {
  readonly kind: 'values'
  readonly rows: readonly Expression[]
  readonly span: Span
}
/** `TABLE t` as a query. */
export interface ExplicitTable {
  readonly kind: 'explicit-table'
  readonly name: Name
  readonly span: Span
}

export interface Select {
  readonly kind: 'select'
  readonly hints: readonly Hint[]
  /** SELECT STREAM: no meaning in Flink. */
  readonly stream?: boolean
  readonly quantifier?: 'DISTINCT' | 'ALL'
  readonly items: readonly SelectItem[]
  readonly from?: TableExpression
  readonly where?: Expression
  readonly groupBy?: GroupBy
  readonly having?: Expression
  /** WINDOW name AS (…); empty when absent. */
  readonly windows: readonly NamedWindow[]
  readonly qualify?: Expression
  readonly span: Span
}
export interface SelectItem {
  readonly kind: 'select-item'
  /** A `star` too. */
  readonly expression: Expression
  readonly alias?: Identifier
  readonly span: Span
}
export interface GroupBy {
  readonly kind: 'group-by'
  readonly quantifier?: 'DISTINCT' | 'ALL'
  readonly elements: readonly GroupingElement[]
  readonly span: Span
}
/** `a` and `(a)` are sets of one, `(a, b)` of two, `()` the empty one. */
export type GroupingElement =
  | { readonly kind: 'grouping-set'; readonly expressions: readonly Expression[]; readonly span: Span }
  | {
      readonly kind: 'grouping-sets' | 'rollup' | 'cube'
      readonly elements: readonly GroupingElement[]
      readonly span: Span
    }
export interface NamedWindow {
  readonly kind: 'named-window'
  readonly name: Identifier
  readonly window: WindowSpecification
  readonly span: Span
}
export interface OrderItem {
  readonly kind: 'order-item'
  readonly expression: Expression
  readonly descending: boolean
  readonly nulls?: 'FIRST' | 'LAST'
  readonly span: Span
}

/** One hint of a comment that starts with a plus: `OPTIONS('k' = 'v')`, `BROADCAST(t)`, `STATE_TTL('t' = '1d')`. */
export interface Hint {
  readonly kind: 'hint'
  readonly name: Identifier
  readonly arguments: readonly HintArgument[]
  readonly span: Span
}
export interface HintArgument {
  readonly kind: 'hint-argument'
  /** Left of `=`, a name or a string; absent for a list of values. */
  readonly key?: string
  readonly keyKind?: 'name' | 'string'
  /** A name (`t1`, `a.b`), a string's or a number's text. */
  readonly value: string
  readonly valueKind: 'name' | 'string' | 'number'
  readonly span: Span
}

export type TableExpression =
  | TableReference
  | DerivedTable
  | TableFunction
  | Unnest
  | Join
  | MatchRecognize
  | Pivot
  | Unpivot

export interface TableAlias {
  readonly kind: 'table-alias'
  readonly name: Identifier
  /** Empty when absent. */
  readonly columns: readonly Identifier[]
  readonly span: Span
}
export interface TableSample {
  readonly kind: 'sample'
  readonly method: 'BERNOULLI' | 'SYSTEM' | 'SUBSTITUTE'
  /** A percentage, or the name of a substitute. */
  readonly value: Expression
  readonly repeatable?: Expression
  readonly span: Span
}
interface Primary<K extends string> {
  readonly kind: K
  readonly alias?: TableAlias
  readonly sample?: TableSample
  readonly span: Span
}
export interface TableReference extends Primary<'table'> {
  readonly name: Name
  readonly hints: readonly Hint[]
  /** `EXTEND (x INT)`: columns added by the query; parsed, no meaning in Flink. */
  readonly extend?: readonly ColumnDefinition[]
  /** FOR SYSTEM_TIME AS OF */
  readonly systemTime?: Expression
}
export interface DerivedTable extends Primary<'derived-table'> {
  readonly query: Query
  readonly lateral: boolean
}
/** `TABLE(f(…))`, `LATERAL TABLE(f(…))` or plain `f(…)`. */
export interface TableFunction extends Primary<'table-function'> {
  readonly call: FunctionCall
  readonly lateral: boolean
  /** Written with TABLE( ). */
  readonly wrapped: boolean
}
export interface Unnest extends Primary<'unnest'> {
  readonly expressions: readonly Expression[]
  readonly ordinality: boolean
  readonly lateral: boolean
}
/** Parentheses around a join leave no node. */
export interface Join {
  readonly kind: 'join'
  /** COMMA is a CROSS join that binds looser. */
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS' | 'COMMA'
  readonly natural: boolean
  readonly left: TableExpression
  readonly right: TableExpression
  readonly on?: Expression
  readonly using?: readonly Identifier[]
  readonly span: Span
}

export interface MatchRecognize extends Primary<'match-recognize'> {
  readonly input: TableExpression
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly OrderItem[]
  readonly measures: readonly SelectItem[]
  readonly rowsPerMatch?: 'ONE ROW' | 'ALL ROWS'
  readonly skip?: MatchSkip
  readonly pattern: Pattern
  /** `^` before and `$` behind the pattern. */
  readonly anchoredStart: boolean
  readonly anchoredEnd: boolean
  readonly within?: Expression
  readonly subsets: readonly PatternSubset[]
  readonly define: readonly PatternDefinition[]
}
export interface MatchSkip {
  readonly kind: 'PAST LAST ROW' | 'NEXT ROW' | 'FIRST' | 'LAST'
  /** The pattern variable of FIRST and LAST. */
  readonly variable?: Identifier
  readonly span: Span
}
export interface PatternSubset {
  readonly kind: 'pattern-subset'
  readonly name: Identifier
  readonly variables: readonly Identifier[]
  readonly span: Span
}
export interface PatternDefinition {
  readonly kind: 'pattern-definition'
  readonly variable: Identifier
  readonly condition: Expression
  readonly span: Span
}
export type Pattern =
  | { readonly kind: 'pattern-variable'; readonly name: Identifier; readonly span: Span }
  | {
      readonly kind: 'pattern-sequence' | 'pattern-alternation' | 'pattern-permute'
      readonly patterns: readonly Pattern[]
      readonly span: Span
    }
  /** `{- … -}` */
  | { readonly kind: 'pattern-exclude'; readonly pattern: Pattern; readonly span: Span }
  | PatternQuantified
/** `p*` is {0,}, `p+` {1,}, `p?` {0,1}, `p{n,m}`; `reluctant` with a `?` behind it. */
export interface PatternQuantified {
  readonly kind: 'pattern-quantified'
  readonly pattern: Pattern
  readonly min: number
  /** Absent: unbounded. */
  readonly max?: number
  readonly reluctant: boolean
  readonly span: Span
}

export interface Pivot extends Primary<'pivot'> {
  readonly input: TableExpression
  readonly aggregates: readonly SelectItem[]
  readonly axes: readonly Name[]
  readonly values: readonly SelectItem[]
}
export interface Unpivot extends Primary<'unpivot'> {
  readonly input: TableExpression
  readonly includeNulls: boolean
  readonly measures: readonly Identifier[]
  readonly axes: readonly Identifier[]
  readonly values: readonly UnpivotValue[]
}
export interface UnpivotValue {
  readonly kind: 'unpivot-value'
  readonly columns: readonly Name[]
  readonly as?: readonly Expression[]
  readonly span: Span
}
