/** The actions of ALTER as SQL. */
import type { AlterMaterializedTableAction, AlterTableAction, PartitionSpec, Statement } from '../ast.ts'
import { printQuery, write } from './query.ts'
import { printDistribution, printSchema } from './table.ts'
import { identifier, keys, name, options, partition, text, withOptions, words } from './text.ts'

const partitionOf = (entries: PartitionSpec['entries']) => partition(entries, write.any)

type CommonAction = Extract<
  Statement,
  { kind: 'alter-view' | 'alter-catalog' | 'alter-database' | 'alter-model' }
>['action']

export function printCommonAction(action: CommonAction): string {
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

export function printTableAction(action: AlterTableAction): string {
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

export function printMaterializedAction(action: AlterMaterializedTableAction): string {
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
