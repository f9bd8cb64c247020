/** Statements as SQL. */
import type { Describe, Insert, PartitionSpec, Statement, StatementSet, Text } from '../ast.ts'
import { printCommonAction, printMaterializedAction, printTableAction } from './alter.ts'
import { printHints } from './expression.ts'
import { extension, printQuery, printTable, write } from './query.ts'
import { comment, printCreateMaterialized, printCreateTable } from './table.ts'
import { identifier, identifiers, name, options, partition, printIdentifier, text, withOptions, words } from './text.ts'
import { printType } from './type.ts'

const partitionOf = (entries: PartitionSpec['entries']) => partition(entries, write.any)

const create = (orReplace: boolean | undefined): string => (orReplace ? 'CREATE OR REPLACE' : 'CREATE')
/** The key of ALTER SESSION SET, a name of several parts. */
function path(key: Text): string {
  return key.value
    .split('.')
    .map((part) => printIdentifier(part))
    .join('.')
}

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
        extension(s.extend),
        s.alias && `AS ${identifier(s.alias)}`,
        `SET ${s.assignments.map((one) => `${name(one.column)} = ${write.any(one.value)}`).join(', ')}`,
        s.where && `WHERE ${write.any(s.where)}`,
      )
    case 'delete':
      return words(
        'DELETE FROM',
        name(s.table),
        printHints(s.hints),
        extension(s.extend),
        s.alias && `AS ${identifier(s.alias)}`,
        s.where && `WHERE ${write.any(s.where)}`,
      )
    case 'merge': {
      const set = s.update?.map((one) => `${name(one.column)} = ${write.any(one.value)}`).join(', ')
      const columns = s.insert !== undefined && s.insert.columns.length > 0 && `(${identifiers(s.insert.columns)})`
      return words(
        'MERGE INTO',
        name(s.table),
        printHints(s.hints),
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
        create(s.orReplace),
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
        create(s.orReplace),
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
        create(s.orReplace),
        s.kind === 'create-catalog' ? 'CATALOG' : 'DATABASE',
        s.ifNotExists && 'IF NOT EXISTS',
        name(s.name),
        comment(s.comment),
        withOptions(s.options),
      )
    case 'create-model': {
      const columns = (list: typeof s.input): string =>
        list.map((one) => words(identifier(one.name), printType(one.type), comment(one.comment))).join(', ')
      return words(
        create(s.orReplace),
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
        create(s.orReplace),
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
      return `ALTER ${s.scope} SET ${path(s.key)} = ${text(s.value)}`
    }
    case 'reset':
      if (s.scope !== undefined) return `ALTER ${s.scope} RESET ${s.key === undefined ? 'ALL' : path(s.key)}`
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
    extension(s.extend),
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
