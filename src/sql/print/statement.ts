/** Statements as SQL. */
import type {
  AlterMaterializedTableAction,
  AlterTableAction,
  ColumnDefinition,
  CreateMaterializedTable,
  CreateTable,
  Describe,
  Distribution,
  Identifier,
  Insert,
  LikeClause,
  PartitionSpec,
  Statement,
  StatementSet,
  TableSchema,
  Text,
} from '../ast.ts'
import { printHints } from './expression.ts'
import { printQuery, printTable, write } from './query.ts'
import { identifier, identifiers, keys, name, options, partition, text, withOptions, words } from './text.ts'
import { printType } from './type.ts'

const comment = (node: Text | undefined): string | undefined => node && `COMMENT ${text(node)}`
const partitionOf = (entries: PartitionSpec['entries']) => partition(entries, write.any)

export function printStatement(s: Statement): string {
  switch (s.kind) {
    case 'query':
      return printQuery(s)
    case 'insert':
      return printInsert(s)
    case 'update':
      return words(
        'UPDATE',
        name(s.table),
        printHints(s.hints),
        s.alias && `AS ${identifier(s.alias)}`,
        `SET ${s.assignments.map((one) => `${name(one.column)} = ${write.any(one.value)}`).join(', ')}`,
        s.where && `WHERE ${write.any(s.where)}`,
      )
    case 'delete':
      return words(
        'DELETE FROM',
        name(s.table),
        printHints(s.hints),
        s.alias && `AS ${identifier(s.alias)}`,
        s.where && `WHERE ${write.any(s.where)}`,
      )
    case 'merge': {
      const set = s.update?.map((one) => `${name(one.column)} = ${write.any(one.value)}`).join(', ')
      const columns = s.insert !== undefined && s.insert.columns.length > 0 && `(${identifiers(s.insert.columns)})`
      return words(
        'MERGE INTO',
        name(s.table),
        s.alias && `AS ${identifier(s.alias)}`,
        `USING ${printTable(s.using)} ON ${write.any(s.on)}`,
        set && `WHEN MATCHED THEN UPDATE SET ${set}`,
        s.insert && words('WHEN NOT MATCHED THEN INSERT', columns, `VALUES ${write.any(s.insert.row)}`),
      )
    }
    case 'truncate':
      return `TRUNCATE TABLE ${name(s.table)}`
    case 'statement-set':
      return printSet(s)
    case 'begin-statement-set':
      return 'BEGIN STATEMENT SET'
    case 'end-statement-set':
      return 'END'
    case 'execute':
      return `EXECUTE ${printStatement(s.statement)}`
    case 'execute-plan':
      return `EXECUTE PLAN ${text(s.path)}`
    case 'compile-plan':
      return words(
        s.execute ? 'COMPILE AND EXECUTE PLAN' : 'COMPILE PLAN',
        text(s.path),
        s.ifNotExists && 'IF NOT EXISTS',
        `FOR ${printStatement(s.statement)}`,
      )
    case 'explain':
      return words('EXPLAIN', s.details.length > 0 ? s.details.join(', ') : 'PLAN FOR', printStatement(s.statement))
    case 'create-table':
      return printCreateTable(s)
    case 'create-materialized-table':
      return printCreateMaterialized(s)
    case 'create-view':
      return words(
        s.orReplace ? 'CREATE OR REPLACE' : 'CREATE',
        s.temporary && 'TEMPORARY',
        'VIEW',
        s.ifNotExists && 'IF NOT EXISTS',
        name(s.name),
        s.columns.length > 0 && `(${identifiers(s.columns)})`,
        comment(s.comment),
        `AS ${printQuery(s.query)}`,
      )
    case 'create-function':
      return words(
        'CREATE',
        s.temporary && 'TEMPORARY',
        s.system && 'SYSTEM',
        'FUNCTION',
        s.ifNotExists && 'IF NOT EXISTS',
        name(s.name),
        `AS ${text(s.as)}`,
        s.language && `LANGUAGE ${s.language}`,
        s.using.length > 0 && `USING ${s.using.map((one) => `${one.type} ${text(one.path)}`).join(', ')}`,
        withOptions(s.options),
      )
    case 'create-catalog':
    case 'create-database':
      return words(
        s.kind === 'create-catalog' ? 'CREATE CATALOG' : 'CREATE DATABASE',
        s.ifNotExists && 'IF NOT EXISTS',
        name(s.name),
        comment(s.comment),
        withOptions(s.options),
      )
    case 'create-model': {
      const columns = (list: typeof s.input): string =>
        list.map((one) => words(identifier(one.name), printType(one.type), comment(one.comment))).join(', ')
      return words(
        'CREATE',
        s.temporary && 'TEMPORARY',
        'MODEL',
        s.ifNotExists && 'IF NOT EXISTS',
        name(s.name),
        s.input.length > 0 && `INPUT (${columns(s.input)})`,
        s.output.length > 0 && `OUTPUT (${columns(s.output)})`,
        comment(s.comment),
        withOptions(s.options),
        s.query && `AS ${printQuery(s.query)}`,
      )
    }
    case 'create-connection':
      return words(
        'CREATE',
        s.temporary && 'TEMPORARY',
        s.system && 'SYSTEM',
        'CONNECTION',
        s.ifNotExists && 'IF NOT EXISTS',
        name(s.name),
        comment(s.comment),
        `WITH ${options(s.options)}`,
      )
    case 'alter-table':
      return words('ALTER TABLE', s.ifExists && 'IF EXISTS', name(s.name), printTableAction(s.action))
    case 'alter-materialized-table':
      return words('ALTER MATERIALIZED TABLE', name(s.name), printMaterializedAction(s.action))
    case 'alter-function':
      return words(
        'ALTER',
        s.temporary && 'TEMPORARY',
        s.system && 'SYSTEM',
        'FUNCTION',
        s.ifExists && 'IF EXISTS',
        name(s.name),
        `AS ${text(s.as)}`,
        s.language && `LANGUAGE ${s.language}`,
      )
    case 'alter-view':
    case 'alter-catalog':
    case 'alter-database':
    case 'alter-model':
    case 'alter-connection': {
      const object = s.kind.slice('alter-'.length).toUpperCase()
      return words('ALTER', object, s.ifExists && 'IF EXISTS', name(s.name), printCommonAction(s.action))
    }
    case 'drop':
      return words(
        'DROP',
        s.temporary && 'TEMPORARY',
        s.system && 'SYSTEM',
        s.object,
        s.ifExists && 'IF EXISTS',
        name(s.name),
        s.behavior,
      )
    case 'show': {
      const like = s.like && words(s.like.negated && 'NOT', s.like.op, text(s.like.pattern))
      const from = s.from && (s.what === 'PARTITIONS' ? name(s.from) : `FROM ${name(s.from)}`)
      return words('SHOW', s.what, from, like, partitionOf(s.partition))
    }
    case 'show-create':
      return words('SHOW CREATE', s.orAlter && 'OR ALTER', s.object, name(s.name))
    case 'describe':
      return printDescribe(s)
    case 'use':
      return words('USE', s.object === 'CATALOG' && 'CATALOG', name(s.name))
    case 'use-modules':
      return `USE MODULES ${identifiers(s.modules)}`
    case 'load-module':
      return words('LOAD MODULE', identifier(s.name), withOptions(s.options))
    case 'unload-module':
      return `UNLOAD MODULE ${identifier(s.name)}`
    case 'add-jar':
      return `ADD JAR ${text(s.path)}`
    case 'remove-jar':
      return `REMOVE JAR ${text(s.path)}`
    case 'set': {
      if (s.key === undefined || s.value === undefined) return 'SET'
      if (s.scope === undefined) return `SET ${text(s.key)} = ${text(s.value)}`
      return `ALTER ${s.scope} SET ${s.key.value} = ${text(s.value)}`
    }
    case 'reset':
      if (s.scope !== undefined) return `ALTER ${s.scope} RESET ${s.key?.value ?? 'ALL'}`
      return words('RESET', s.key && text(s.key))
    case 'stop-job':
      return words('STOP JOB', text(s.job), s.savepoint && 'WITH SAVEPOINT', s.drain && 'WITH DRAIN')
    case 'analyze': {
      const columns = s.columns === 'ALL' ? 'FOR ALL COLUMNS' : s.columns && `FOR COLUMNS ${identifiers(s.columns)}`
      return words('ANALYZE TABLE', name(s.table), partitionOf(s.partition), 'COMPUTE STATISTICS', columns)
    }
    case 'call-procedure':
      return `CALL ${write.call(s.call)}`
    case 'client-command':
      return s.command
  }
}

function printSet(set: StatementSet): string {
  return `STATEMENT SET BEGIN ${set.statements.map((one) => `${printInsert(one)};`).join(' ')} END`
}

function printInsert(s: Insert): string {
  return words(
    s.verb,
    s.overwrite ? 'OVERWRITE' : 'INTO',
    name(s.table),
    printHints(s.hints),
    s.extend.length > 0 && `(${s.extend.map(printColumn).join(', ')})`,
    partitionOf(s.partition),
    s.columns && `(${s.columns.map(name).join(', ')})`,
    printQuery(s.query),
    s.onConflict && `ON CONFLICT DO ${s.onConflict}`,
  )
}

function printDescribe(s: Describe): string {
  const object = s.column !== undefined ? 'TABLE' : s.object !== 'TABLE' && s.object
  const subject = s.name.kind === 'text' ? text(s.name) : name(s.name)
  return words('DESCRIBE', object, s.extended && 'EXTENDED', subject, s.column && identifier(s.column))
}

// --- tables ----------------------------------------------------------------------------------------------------------

function schemaOf(s: CreateTable | CreateMaterializedTable): string | undefined {
  if (s.columnNames !== undefined) return `(${identifiers(s.columnNames)})`
  return s.schema && `(${printSchema(s.schema)})`
}
const partitionedBy = (columns: readonly Identifier[]): string | undefined =>
  columns.length === 0 ? undefined : `PARTITIONED BY (${identifiers(columns)})`

function printCreateTable(s: CreateTable): string {
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

function printCreateMaterialized(s: CreateMaterializedTable): string {
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

function printSchema(schema: TableSchema): string {
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

function printColumn(column: ColumnDefinition): string {
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

function printDistribution(d: Distribution): string {
  return words(
    d.columns.length > 0 && `BY ${d.algorithm ?? ''}(${identifiers(d.columns)})`,
    d.buckets !== undefined && `INTO ${d.buckets} BUCKETS`,
  )
}

function printLike(like: LikeClause): string {
  const list = like.options.map((option) => `${option.merge} ${option.feature}`).join(' ')
  return words('LIKE', name(like.table), list !== '' && `(${list})`)
}

// --- ALTER -----------------------------------------------------------------------------------------------------------

type CommonAction = Extract<
  Statement,
  { kind: 'alter-view' | 'alter-catalog' | 'alter-database' | 'alter-model' }
>['action']

function printCommonAction(action: CommonAction): string {
  switch (action.kind) {
    case 'set-options':
      return `SET ${options(action.options)}`
    case 'reset-options':
      return `RESET ${keys(action.keys)}`
    case 'rename':
      return `RENAME TO ${name(action.to)}`
    case 'comment':
      return `COMMENT ${text(action.comment)}`
    case 'as-query':
      return `AS ${printQuery(action.query)}`
  }
}

function printSpecs(specs: readonly PartitionSpec[], separator: string): string {
  return specs.map((spec) => words(partitionOf(spec.entries), withOptions(spec.options))).join(separator)
}

function printTableAction(action: AlterTableAction): string {
  switch (action.kind) {
    case 'rename-column':
      return `RENAME ${name(action.from)} TO ${name(action.to)}`
    case 'add-partitions':
      return words('ADD', action.ifNotExists && 'IF NOT EXISTS', printSpecs(action.partitions, ' '))
    case 'drop-partitions':
      return words('DROP', action.ifExists && 'IF EXISTS', printSpecs(action.partitions, ', '))
    case 'set-options':
    case 'reset-options':
    case 'rename':
      return printCommonAction(action)
    default:
      return printSchemaChange(action)
  }
}

function printMaterializedAction(action: AlterMaterializedTableAction): string {
  switch (action.kind) {
    case 'suspend':
      return 'SUSPEND'
    case 'resume':
      return words('RESUME', withOptions(action.options))
    case 'refresh':
      return words('REFRESH', partitionOf(action.partition))
    case 'set-freshness':
      return `SET FRESHNESS = ${write.any(action.freshness)}`
    case 'set-refresh-mode':
      return `SET REFRESH_MODE = ${action.mode}`
    case 'set-options':
    case 'reset-options':
    case 'as-query':
      return printCommonAction(action)
    default:
      return printSchemaChange(action)
  }
}

type SchemaChange = Exclude<
  AlterTableAction,
  { kind: 'set-options' | 'reset-options' | 'rename' | 'rename-column' | 'add-partitions' | 'drop-partitions' }
>

function printSchemaChange(action: SchemaChange): string {
  switch (action.kind) {
    case 'add-schema':
      return `ADD (${printSchema(action.schema)})`
    case 'modify-schema':
      return `MODIFY (${printSchema(action.schema)})`
    case 'add-distribution':
      return `ADD DISTRIBUTION ${printDistribution(action.distribution)}`
    case 'modify-distribution':
      return `MODIFY DISTRIBUTION ${printDistribution(action.distribution)}`
    case 'drop-columns':
      return `DROP (${action.columns.map(name).join(', ')})`
    case 'drop-primary-key':
      return 'DROP PRIMARY KEY'
    case 'drop-watermark':
      return 'DROP WATERMARK'
    case 'drop-distribution':
      return 'DROP DISTRIBUTION'
    case 'drop-constraint':
      return `DROP CONSTRAINT ${identifier(action.constraint)}`
  }
}
