/** CREATE TABLE and what it is made of, as SQL. */
import type {
  ColumnDefinition,
  CreateMaterializedTable,
  CreateTable,
  Distribution,
  Identifier,
  LikeClause,
  TableSchema,
  Text,
} from '../ast.ts'
import { printQuery, write } from './query.ts'
import { identifier, identifiers, name, text, withOptions, words } from './text.ts'
import { printType } from './type.ts'

export const comment = (node: Text | undefined): string | undefined => node && `COMMENT ${text(node)}`

function schemaOf(s: CreateTable | CreateMaterializedTable): string | undefined {
  if (s.columnNames !== undefined) return `(${identifiers(s.columnNames)})`
  return s.schema && `(${printSchema(s.schema)})`
}
const partitionedBy = (columns: readonly Identifier[]): string | undefined =>
  columns.length === 0 ? undefined : `PARTITIONED BY (${identifiers(columns)})`

export function printCreateTable(s: CreateTable): string {
  return words(
    s.verb,
    s.temporary && 'TEMPORARY',
    'TABLE',
    s.ifNotExists && 'IF NOT EXISTS',
    name(s.name),
    schemaOf(s),
    comment(s.comment),
    s.distribution && `DISTRIBUTED ${printDistribution(s.distribution)}`,
    partitionedBy(s.partitionedBy),
    s.connection && `USING CONNECTION ${name(s.connection)}`,
    withOptions(s.options),
    s.like && printLike(s.like),
    s.query && `AS ${printQuery(s.query)}`,
  )
}

export function printCreateMaterialized(s: CreateMaterializedTable): string {
  const start = s.startMode && words(s.startMode.kind, s.startMode.value && `(${write.any(s.startMode.value)})`)
  return words(
    s.orAlter ? 'CREATE OR ALTER' : 'CREATE',
    'MATERIALIZED TABLE',
    s.ifNotExists && 'IF NOT EXISTS',
    name(s.name),
    schemaOf(s),
    comment(s.comment),
    s.distribution && `DISTRIBUTED ${printDistribution(s.distribution)}`,
    partitionedBy(s.partitionedBy),
    withOptions(s.options),
    start && `START_MODE = ${start}`,
    s.freshness && `FRESHNESS = ${write.any(s.freshness)}`,
    s.refreshMode && `REFRESH_MODE = ${s.refreshMode}`,
    `AS ${printQuery(s.query)}`,
  )
}

export function printSchema(schema: TableSchema): string {
  const constraints = schema.constraints.map((one) =>
    words(
      one.name && `CONSTRAINT ${identifier(one.name)}`,
      one.type,
      `(${identifiers(one.columns)})`,
      enforced(one.enforced),
    ),
  )
  const { watermark } = schema
  const time = watermark && `WATERMARK FOR ${name(watermark.column)} AS ${write.any(watermark.expression)}`
  return [...schema.columns.map(printColumn), ...constraints, ...(time === undefined ? [] : [time])].join(', ')
}
function enforced(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? 'ENFORCED' : 'NOT ENFORCED'
}

export function printColumn(column: ColumnDefinition): string {
  const path = [...column.parents, column.name].map(identifier).join('.')
  const position = column.position && words(column.position.kind, column.position.after && name(column.position.after))
  switch (column.kind) {
    case 'physical-column': {
      const c = column.constraint
      const constraint = c && words(c.name && `CONSTRAINT ${identifier(c.name)}`, c.type, enforced(c.enforced))
      return words(path, printType(column.type), constraint, comment(column.comment), position)
    }
    case 'computed-column':
      return words(path, `AS ${write.any(column.expression)}`, comment(column.comment), position)
    case 'metadata-column':
      return words(
        path,
        printType(column.type),
        'METADATA',
        column.key && `FROM ${text(column.key)}`,
        column.virtual && 'VIRTUAL',
        comment(column.comment),
        position,
      )
  }
}

export function printDistribution(d: Distribution): string {
  return words(
    d.columns.length > 0 && `BY ${d.algorithm ?? ''}(${identifiers(d.columns)})`,
    d.buckets !== undefined && `INTO ${d.buckets} BUCKETS`,
  )
}

function printLike(like: LikeClause): string {
  const list = like.options.map((option) => `${option.merge} ${option.feature}`).join(' ')
  return words('LIKE', name(like.table), list !== '' && `(${list})`)
}
