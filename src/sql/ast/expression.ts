/**
 * Expressions.
 *
 * Law: the shape of the tree is the precedence; parentheses leave no node (the printer sets them again where needed).
 * Functions with keywords between their arguments become ordinary calls: units and flags are `symbol` arguments, the
 * order of arguments is that of Flink's function of the name:
 *
 *   EXTRACT(DAY FROM x)            EXTRACT[symbol DAY, x]
 *   FLOOR(x TO DAY)  CEIL(…)       FLOOR[x, symbol DAY]
 *   TRIM(BOTH 'a' FROM x)          TRIM[symbol BOTH, 'a', x]     (missing: BOTH and ' '; plain TRIM(x) stays TRIM[x])
 *   POSITION(a IN b FROM n)        POSITION[a, b, n]
 *   OVERLAY(a PLACING b FROM m FOR n)   OVERLAY[a, b, m, n]
 *   SUBSTRING(x FROM m FOR n)      SUBSTRING[x, m, n]
 *   TIMESTAMPADD(SECOND, n, x)     TIMESTAMPADD[symbol SECOND, n, x]
 *   JSON_OBJECT(KEY k VALUE v, …)  JSON_OBJECT[k, v, …], its ON NULL clause in `json`
 */
import type { Span } from '../../base/span.ts'
import type { DefaultValue, Descriptor, FunctionCall, ModelArgument, SymbolArgument, TableArgument } from './call.ts'
import type { Identifier, Name } from './name.ts'
import type { Query } from './query.ts'
import type { DataType } from './type.ts'

export type Expression =
  | Literal
  | Parameter
  | ColumnReference
  | Star
  | FieldAccess
  | ElementAccess
  | Unary
  | Binary
  | IsTest
  | IsDistinct
  | Between
  | Like
  | InList
  | InQuery
  | Quantified
  | Exists
  | Subquery
  | Case
  | Cast
  | FunctionCall
  | SymbolArgument
  | Row
  | Collection
  | CollectionQuery
  | TableArgument
  | ModelArgument
  | Descriptor
  | DefaultValue
  | JsonFormat
  | SequenceValue
  | TimeDifference

export type Literal =
  | NumberLiteral
  | StringLiteral
  | BinaryLiteral
  | BooleanLiteral
  | NullLiteral
  | DateTimeLiteral
  | IntervalLiteral

/** Always unsigned: `-5` is the unary minus of 5. */
export interface NumberLiteral {
  readonly kind: 'number'
  /** The digits as written: `007`, `1.50`, `.5`, `1e3`. */
  readonly text: string
  /** False with an exponent: then it is a DOUBLE, otherwise INT, BIGINT or DECIMAL by its digits. */
  readonly exact: boolean
  readonly span: Span
}
export interface StringLiteral {
  readonly kind: 'string'
  readonly value: string
  /** Of `_utf8'…'`, upper case. */
  readonly charset?: string
  readonly span: Span
}
export interface BinaryLiteral {
  readonly kind: 'binary-string'
  /** Hexadecimal digits as written; that they are pairs is checked by the binder. */
  readonly hex: string
  readonly span: Span
}
export interface BooleanLiteral {
  readonly kind: 'boolean'
  /** null is UNKNOWN. */
  readonly value: boolean | null
  readonly span: Span
}
export interface NullLiteral {
  readonly kind: 'null'
  readonly span: Span
}
export interface DateTimeLiteral {
  readonly kind: 'datetime'
  readonly type: 'DATE' | 'TIME' | 'TIMESTAMP' | 'TIMESTAMP_LTZ'
  /** What stands between the quotes; its form is checked by the binder. */
  readonly text: string
  readonly span: Span
}

export type IntervalUnit = 'YEAR' | 'QUARTER' | 'MONTH' | 'WEEK' | 'DAY' | 'HOUR' | 'MINUTE' | 'SECOND'
/** `DAY(3) TO SECOND(6)`; plurals are folded. */
export interface IntervalQualifier {
  readonly unit: IntervalUnit
  /** Digits of the leading field. */
  readonly precision?: number
  readonly to?: IntervalUnit
  /** Digits of the second's fraction. */
  readonly fraction?: number
  readonly span: Span
}
export interface IntervalLiteral {
  readonly kind: 'interval'
  /** The literal's text (`'1 02:03'`), or the expression of `INTERVAL n DAY`. */
  readonly value: string | Expression
  /** The sign before the quote: `INTERVAL -'1' DAY`. */
  readonly negative: boolean
  readonly qualifier: IntervalQualifier
  readonly span: Span
}

/** `?`, numbered from 0 in the order of the text. */
export interface Parameter {
  readonly kind: 'parameter'
  readonly index: number
  readonly span: Span
}
/** `a`, `t.a`, `t.row.field`: which part is what is the binder's question. */
export interface ColumnReference {
  readonly kind: 'column'
  readonly name: Name
  readonly span: Span
}
/** `*`, `t.*`; also the argument of `COUNT(*)`. */
export interface Star {
  readonly kind: 'star'
  readonly qualifier?: Name
  readonly span: Span
}
/** `f(x).field`, `a[1].field`, `(row).field`; on plain names see ColumnReference. */
export interface FieldAccess {
  readonly kind: 'field'
  readonly object: Expression
  readonly field: Identifier
  /** `object.method(…)`: the call, whose name is the field. Parsed, no meaning in Flink. */
  readonly call?: FunctionCall
  readonly span: Span
}
/** `array[i]`, `map['k']` */
export interface ElementAccess {
  readonly kind: 'element'
  readonly collection: Expression
  readonly index: Expression
  /** `array[OFFSET(i)]` and its kin: parsed, no meaning in Flink. */
  readonly mode?: 'OFFSET' | 'ORDINAL' | 'SAFE_OFFSET' | 'SAFE_ORDINAL'
  readonly span: Span
}

/** FINAL and RUNNING stand in MEASURES of MATCH_RECOGNIZE. */
export interface Unary {
  readonly kind: 'unary'
  readonly op: 'NOT' | '-' | '+' | 'FINAL' | 'RUNNING'
  readonly operand: Expression
  readonly span: Span
}
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>='
export type BinaryOperator =
  | 'OR'
  | 'AND'
  | ComparisonOperator
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '||'
  | 'OVERLAPS'
  | 'CONTAINS'
  | 'EQUALS'
  | 'PRECEDES'
  | 'SUCCEEDS'
  | 'IMMEDIATELY PRECEDES'
  | 'IMMEDIATELY SUCCEEDS'
  | 'MEMBER OF'
  | 'SUBMULTISET OF'
  | 'NOT SUBMULTISET OF'
  | 'MULTISET UNION'
  | 'MULTISET UNION ALL'
  | 'MULTISET INTERSECT'
  | 'MULTISET INTERSECT ALL'
  | 'MULTISET EXCEPT'
  | 'MULTISET EXCEPT ALL'
export interface Binary {
  readonly kind: 'binary'
  readonly op: BinaryOperator
  readonly left: Expression
  readonly right: Expression
  readonly span: Span
}
export type IsTestName =
  | 'NULL'
  | 'TRUE'
  | 'FALSE'
  | 'UNKNOWN'
  | 'A SET'
  | 'EMPTY'
  | 'JSON'
  | 'JSON VALUE'
  | 'JSON OBJECT'
  | 'JSON ARRAY'
  | 'JSON SCALAR'
/** `x IS [NOT] NULL` and its kin. */
export interface IsTest {
  readonly kind: 'is'
  readonly operand: Expression
  readonly test: IsTestName
  readonly negated: boolean
  readonly span: Span
}
/** `a IS [NOT] DISTINCT FROM b` */
export interface IsDistinct {
  readonly kind: 'is-distinct'
  readonly left: Expression
  readonly right: Expression
  /** IS NOT DISTINCT FROM */
  readonly negated: boolean
  readonly span: Span
}
export interface Between {
  readonly kind: 'between'
  readonly operand: Expression
  readonly low: Expression
  readonly high: Expression
  readonly symmetric: boolean
  readonly negated: boolean
  readonly span: Span
}
export interface Like {
  readonly kind: 'like'
  readonly op: 'LIKE' | 'ILIKE' | 'RLIKE' | 'SIMILAR TO'
  readonly operand: Expression
  readonly pattern: Expression
  readonly escape?: Expression
  readonly negated: boolean
  readonly span: Span
}
export interface InList {
  readonly kind: 'in-list'
  readonly operand: Expression
  readonly list: readonly Expression[]
  readonly negated: boolean
  readonly span: Span
}
export interface InQuery {
  readonly kind: 'in-query'
  readonly operand: Expression
  readonly query: Query
  readonly negated: boolean
  readonly span: Span
}
/** `a = ANY (…)`; SOME is folded into ANY. */
export interface Quantified {
  readonly kind: 'quantified'
  readonly op: ComparisonOperator
  readonly quantifier: 'ANY' | 'ALL'
  readonly operand: Expression
  readonly right: Query | readonly Expression[]
  readonly span: Span
}
export interface Exists {
  readonly kind: 'exists'
  /** `UNIQUE (query)` is the other predicate of this form. */
  readonly test: 'EXISTS' | 'UNIQUE'
  readonly query: Query
  readonly span: Span
}
/** A query in parentheses where a value stands. */
export interface Subquery {
  readonly kind: 'subquery'
  readonly query: Query
  readonly span: Span
}

/** `CASE x WHEN 1, 2 THEN …` has one branch per value. */
export interface Case {
  readonly kind: 'case'
  readonly operand?: Expression
  readonly branches: readonly CaseBranch[]
  readonly otherwise?: Expression
  readonly span: Span
}
export interface CaseBranch {
  readonly kind: 'case-branch'
  readonly when: Expression
  readonly then: Expression
  readonly span: Span
}
export interface Cast {
  readonly kind: 'cast'
  readonly operand: Expression
  readonly type: DataType
  /** TRY_CAST (and SAFE_CAST): NULL instead of an error. */
  readonly safe: boolean
  /** `CAST(x AS t FORMAT 'f')`: parsed, no meaning in Flink. */
  readonly span: Span
}

/** `(1, 2)` or `ROW(1, 2)` */
export interface Row {
  readonly kind: 'row'
  /** Written with the word ROW. */
  readonly explicit: boolean
  readonly elements: readonly Expression[]
  readonly span: Span
}
/** `ARRAY[1, 2]`, `MAP['k', 1, 'l', 2]` (keys and values in turn), `MULTISET[1]` */
export interface Collection {
  readonly kind: 'collection'
  readonly type: 'ARRAY' | 'MAP' | 'MULTISET'
  readonly elements: readonly Expression[]
  readonly span: Span
}
/** `ARRAY(SELECT …)`; `CURSOR(SELECT …)`, which has no meaning in Flink. */
export interface CollectionQuery {
  readonly kind: 'collection-query'
  readonly type: 'ARRAY' | 'MAP' | 'MULTISET' | 'CURSOR'
  readonly query: Query
  readonly span: Span
}
/** `x FORMAT JSON`: the text of x is JSON already. */
export interface JsonFormat {
  readonly kind: 'json-format'
  readonly operand: Expression
  readonly span: Span
}
/** `(a - b) DAY`: the time from b to a as an interval. */
export interface TimeDifference {
  readonly kind: 'time-difference'
  readonly left: Expression
  readonly right: Expression
  readonly qualifier: IntervalQualifier
  readonly span: Span
}
/** `NEXT VALUE FOR s`, `CURRENT VALUE FOR s`: parsed, no meaning in Flink. */
export interface SequenceValue {
  readonly kind: 'sequence-value'
  readonly which: 'NEXT' | 'CURRENT'
  readonly sequence: Name
  readonly span: Span
}
