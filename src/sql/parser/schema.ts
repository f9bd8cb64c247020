/**
 * What CREATE and ALTER share: options, columns, constraints, watermarks, distribution, partitions.
 *
 * Law: a watermark stands once. A column is physical (type), computed (AS) or metadata (type and METADATA); a list of
 * bare names is no schema but the order of a query's columns.
 */
import { fail } from '../../base/errors.ts'
import type {
  ColumnConstraint,
  ColumnDefinition,
  ColumnPosition,
  Distribution,
  Expression,
  Identifier,
  ModelColumn,
  Option,
  PartitionEntry,
  TableConstraint,
  TableSchema,
  Text,
  WatermarkDefinition,
} from '../ast.ts'
import {
  accept,
  acceptAll,
  acceptOne,
  type Cursor,
  expect,
  expectAll,
  goTo,
  is,
  isName,
  isPair,
  peek,
  spanFrom,
  start,
  unexpected,
  want,
} from '../cursor.ts'
import { parseNumber } from './literal.ts'
import { parseIdentifier, parseIdentifierList, parseInteger, parseName, parsePlainText, parseText } from './name.ts'
import { isTypeWord, parseColumnType } from './type.ts'
import { parseExpressionWithoutQuery } from './window.ts'

/** `WITH (…)` or nothing. */
export function parseWithOptions(c: Cursor): readonly Option[] {
  return accept(c, 'WITH') ? parseOptions(c) : []
}

/** `('key' = 'value', …)`, perhaps empty. */
export function parseOptions(c: Cursor): readonly Option[] {
  expect(c, '(')
  const options: Option[] = []
  if (!is(c, ')')) {
    do {
      const from = start(c)
      const key = parseText(c)
      expect(c, '=')
      const value = parseText(c)
      options.push({ kind: 'option', key, value, span: spanFrom(c, from) })
    } while (accept(c, ','))
  }
  expect(c, ')')
  return options
}

/** `('key', …)`, perhaps empty. */
export function parseKeys(c: Cursor): readonly Text[] {
  expect(c, '(')
  const keys: Text[] = []
  if (!is(c, ')')) {
    do keys.push(parseText(c))
    while (accept(c, ','))
  }
  expect(c, ')')
  return keys
}

export function parseComment(c: Cursor): Text | undefined {
  return accept(c, 'COMMENT') ? parsePlainText(c) : undefined
}

/** `PARTITIONED BY (a, b)`; empty when absent. */
export function parsePartitionedBy(c: Cursor): readonly Identifier[] {
  return acceptAll(c, 'PARTITIONED', 'BY') ? parseIdentifierList(c) : []
}

/** `DISTRIBUTED …` or nothing. */
export function parseDistributed(c: Cursor): Distribution | undefined {
  return accept(c, 'DISTRIBUTED') ? parseDistribution(c) : undefined
}

/** `BY HASH(a) INTO 4 BUCKETS`, `BY (a)` or `INTO 4 BUCKETS`. */
export function parseDistribution(c: Cursor): Distribution {
  const from = start(c)
  let algorithm: Distribution['algorithm']
  let columns: readonly Identifier[] = []
  if (accept(c, 'BY')) {
    algorithm = acceptOne(c, 'HASH', 'RANGE')
    columns = parseIdentifierList(c)
  } else if (!is(c, 'INTO')) unexpected(c)
  let buckets: number | undefined
  if (accept(c, 'INTO')) {
    buckets = parseInteger(c)
    expect(c, 'BUCKETS')
  }
  return { kind: 'distribution', algorithm, columns, buckets, span: spanFrom(c, from) }
}

/** `(a = 1, b = 'x')`; with `bare`, entries without a value too. */
export function parsePartition(c: Cursor, bare = false): readonly PartitionEntry[] {
  expect(c, '(')
  const entries: PartitionEntry[] = []
  do {
    const from = start(c)
    const column = parseIdentifier(c)
    let value: Expression | undefined
    if (is(c, '=') || !bare) {
      expect(c, '=')
      value = parsePartitionValue(c)
    }
    entries.push({ kind: 'partition-entry', column, value, span: spanFrom(c, from) })
  } while (accept(c, ','))
  expect(c, ')')
  return entries
}

/** A literal, with a sign if it is a number. */
function parsePartitionValue(c: Cursor): Expression {
  const from = start(c)
  want(c, 'literal')
  const sign = acceptOne(c, '-', '+')
  if (sign !== undefined) {
    return { kind: 'unary', op: sign, operand: parseNumber(c), span: spanFrom(c, from) }
  }
  const first = c.at
  const value = c.grammar.operand(c)
  switch (value.kind) {
    case 'number':
    case 'string':
    case 'binary-string':
    case 'boolean':
    case 'null':
    case 'datetime':
      return value
    case 'interval':
      if (typeof value.value === 'string') return value
  }
  goTo(c, first)
  return unexpected(c)
}

/** `(name TYPE COMMENT '…', …)` of a model. */
export function parseModelColumns(c: Cursor): readonly ModelColumn[] {
  expect(c, '(')
  const columns: ModelColumn[] = []
  do {
    const from = start(c)
    const name = parseIdentifier(c)
    const type = parseColumnType(c)
    columns.push({ kind: 'model-column', name, type, comment: parseComment(c), span: spanFrom(c, from) })
  } while (accept(c, ','))
  expect(c, ')')
  return columns
}

// --- schemas ---------------------------------------------------------------------------------------------------------

/** Does a list of bare names stand here: `(a, b)`? */
export function isNameList(c: Cursor): boolean {
  return is(c, '(') && isName(c, peek(c, 1)) && (peek(c, 2) === ',' || peek(c, 2) === ')')
}

/** `(…)` of CREATE, or of ALTER with positions and nested names. */
export function parseSchema(c: Cursor, alter: boolean): TableSchema {
  const from = start(c)
  expect(c, '(')
  const schema = new SchemaParts()
  do parseElement(c, schema, alter)
  while (accept(c, ','))
  expect(c, ')')
  return schema.build(spanFrom(c, from))
}

/** One element without parentheses, as ALTER TABLE … ADD takes it. */
export function parseSingleSchema(c: Cursor): TableSchema {
  const from = start(c)
  const schema = new SchemaParts()
  parseElement(c, schema, true)
  return schema.build(spanFrom(c, from))
}

class SchemaParts {
  readonly columns: ColumnDefinition[] = []
  readonly constraints: TableConstraint[] = []
  watermark: WatermarkDefinition | undefined

  build(span: TableSchema['span']): TableSchema {
    const { columns, constraints, watermark } = this
    return { kind: 'schema', columns, constraints, watermark, span }
  }
}

function parseElement(c: Cursor, schema: SchemaParts, alter: boolean): void {
  want(c, 'column')
  if (isPair(c, 'WATERMARK', 'FOR')) {
    const watermark = parseWatermark(c)
    if (schema.watermark !== undefined) {
      fail('SQL_DUPLICATE_CLAUSE', { what: 'WATERMARK' }, { span: watermark.span, source: c.source })
    }
    schema.watermark = watermark
  } else if (is(c, 'CONSTRAINT') || isPair(c, 'PRIMARY', 'KEY') || is(c, 'UNIQUE')) {
    schema.constraints.push(parseTableConstraint(c))
  } else schema.columns.push(parseColumn(c, alter))
}

function parseWatermark(c: Cursor): WatermarkDefinition {
  const from = start(c)
  expectAll(c, 'WATERMARK', 'FOR')
  const column = parseName(c)
  expect(c, 'AS')
  const expression = parseExpressionWithoutQuery(c, 'in a watermark')
  return { kind: 'watermark', column, expression, span: spanFrom(c, from) }
}

function parseConstraintType(c: Cursor): TableConstraint['type'] {
  if (acceptAll(c, 'PRIMARY', 'KEY')) return 'PRIMARY KEY'
  expect(c, 'UNIQUE')
  return 'UNIQUE'
}
function parseEnforced(c: Cursor): boolean | undefined {
  if (acceptAll(c, 'NOT', 'ENFORCED')) return false
  return accept(c, 'ENFORCED') ? true : undefined
}
function parseTableConstraint(c: Cursor): TableConstraint {
  const from = start(c)
  const name = accept(c, 'CONSTRAINT') ? parseIdentifier(c) : undefined
  const type = parseConstraintType(c)
  const columns = parseIdentifierList(c)
  const enforced = parseEnforced(c)
  return { kind: 'table-constraint', type, name, columns, enforced, span: spanFrom(c, from) }
}
function parseColumnConstraint(c: Cursor): ColumnConstraint | undefined {
  if (!is(c, 'CONSTRAINT') && !is(c, 'PRIMARY') && !is(c, 'UNIQUE')) return undefined
  const from = start(c)
  const name = accept(c, 'CONSTRAINT') ? parseIdentifier(c) : undefined
  const type = parseConstraintType(c)
  const enforced = parseEnforced(c)
  return { kind: 'column-constraint', type, name, enforced, span: spanFrom(c, from) }
}

function parseColumn(c: Cursor, alter: boolean): ColumnDefinition {
  const from = start(c)
  const { parts } = parseName(c)
  const name = parts[parts.length - 1]
  const parents = parts.slice(0, -1)
  if (accept(c, 'AS')) {
    const expression = parseExpressionWithoutQuery(c, 'in a computed column')
    const comment = parseComment(c)
    const position = alter ? parsePosition(c) : undefined
    return { kind: 'computed-column', name, parents, expression, comment, position, span: spanFrom(c, from) }
  }
  const type = parseColumnType(c)
  if (accept(c, 'METADATA')) {
    const key = accept(c, 'FROM') ? parseText(c) : undefined
    const virtual = accept(c, 'VIRTUAL')
    const comment = parseComment(c)
    const position = alter ? parsePosition(c) : undefined
    return { kind: 'metadata-column', name, parents, type, key, virtual, comment, position, span: spanFrom(c, from) }
  }
  const constraint = parseColumnConstraint(c)
  const comment = parseComment(c)
  const position = alter ? parsePosition(c) : undefined
  return { kind: 'physical-column', name, parents, type, constraint, comment, position, span: spanFrom(c, from) }
}

function parsePosition(c: Cursor): ColumnPosition | undefined {
  const from = start(c)
  if (accept(c, 'FIRST')) return { kind: 'FIRST', span: spanFrom(c, from) }
  if (!accept(c, 'AFTER')) return undefined
  return { kind: 'AFTER', after: parseName(c), span: spanFrom(c, from) }
}

/** `EXTEND (z BOOLEAN)` behind the name of a table; without the word where a type shows what is meant. */
export function parseExtend(c: Cursor): readonly ColumnDefinition[] {
  const word = accept(c, 'EXTEND')
  if (!word && (c.type !== '(' || !isName(c, peek(c, 1)) || !isTypeWord(peek(c, 2)))) return []
  expect(c, '(')
  const columns: ColumnDefinition[] = []
  do {
    const from = start(c)
    const name = parseIdentifier(c)
    const type = parseColumnType(c)
    columns.push({ kind: 'physical-column', name, parents: [], type, span: spanFrom(c, from) })
  } while (accept(c, ','))
  expect(c, ')')
  return columns
}

/** The same as a property that is there only if it was written. */
export function parseExtension(c: Cursor): { readonly extend?: readonly ColumnDefinition[] } {
  const extend = parseExtend(c)
  return extend.length === 0 ? {} : { extend }
}
