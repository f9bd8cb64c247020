/** ALTER and DROP. */
import type {
  AlterMaterializedTableAction,
  AlterTableAction,
  Drop,
  Name,
  ObjectType,
  PartitionSpec,
  SchemaChange,
  Statement,
} from '../ast.ts'
import {
  accept,
  acceptAll,
  acceptOne,
  advance,
  type Cursor,
  expect,
  expectOne,
  is,
  isPair,
  spanFrom,
  start,
  tokenText,
  unexpected,
} from '../cursor.ts'
import { parseLanguage } from './create.ts'
import { isNumber, parseInterval } from './literal.ts'
import { isString, nameOf, parseIdentifier, parseName, parsePlainText, parseStringValue } from './name.ts'
import {
  parseDistribution,
  parseKeys,
  parseOptions,
  parsePartition,
  parseSchema,
  parseSingleSchema,
  parseWithOptions,
} from './schema.ts'

function parseIfExists(c: Cursor): boolean {
  return acceptAll(c, 'IF', 'EXISTS')
}

/** At ALTER. */
export function parseAlter(c: Cursor): Statement {
  const from = start(c)
  expect(c, 'ALTER')
  if (accept(c, 'TABLE')) {
    const ifExists = parseIfExists(c)
    const name = parseName(c)
    return { kind: 'alter-table', name, ifExists, action: parseTableAction(c), span: spanFrom(c, from) }
  }
  if (acceptAll(c, 'MATERIALIZED', 'TABLE')) {
    const name = parseName(c)
    const action = parseMaterializedAction(c)
    return { kind: 'alter-materialized-table', name, ifExists: false, action, span: spanFrom(c, from) }
  }
  if (accept(c, 'VIEW')) {
    const name = parseName(c)
    if (acceptAll(c, 'RENAME', 'TO')) {
      const action = { kind: 'rename', to: parseName(c) } as const
      return { kind: 'alter-view', name, ifExists: false, action, span: spanFrom(c, from) }
    }
    expect(c, 'AS')
    const action = { kind: 'as-query', query: c.grammar.query(c) } as const
    return { kind: 'alter-view', name, ifExists: false, action, span: spanFrom(c, from) }
  }
  const temporary = accept(c, 'TEMPORARY')
  const system = temporary && accept(c, 'SYSTEM')
  if (accept(c, 'FUNCTION')) {
    const ifExists = parseIfExists(c)
    const name = parseName(c)
    expect(c, 'AS')
    const as = parsePlainText(c)
    const language = parseLanguage(c)
    return { kind: 'alter-function', name, ifExists, temporary, system, as, language, span: spanFrom(c, from) }
  }
  if (temporary) unexpected(c)
  if (accept(c, 'CATALOG')) {
    const name = nameOf(parseIdentifier(c))
    let action: Extract<Statement, { kind: 'alter-catalog' }>['action']
    if (accept(c, 'SET')) action = { kind: 'set-options', options: parseOptions(c) }
    else if (accept(c, 'RESET')) action = { kind: 'reset-options', keys: parseKeys(c) }
    else {
      expect(c, 'COMMENT')
      action = { kind: 'comment', comment: parsePlainText(c) }
    }
    return { kind: 'alter-catalog', name, ifExists: false, action, span: spanFrom(c, from) }
  }
  if (accept(c, 'DATABASE')) {
    const name = parseName(c)
    expect(c, 'SET')
    const action = { kind: 'set-options', options: parseOptions(c) } as const
    return { kind: 'alter-database', name, ifExists: false, action, span: spanFrom(c, from) }
  }
  const object = acceptOne(c, 'MODEL', 'CONNECTION')
  if (object !== undefined) {
    const ifExists = parseIfExists(c)
    const name = parseName(c)
    const kind = object === 'MODEL' ? 'alter-model' : 'alter-connection'
    if (acceptAll(c, 'RENAME', 'TO')) {
      const action = { kind: 'rename', to: parseName(c) } as const
      return { kind, name, ifExists, action, span: spanFrom(c, from) }
    }
    if (accept(c, 'RESET')) {
      const action = { kind: 'reset-options', keys: parseKeys(c) } as const
      return { kind, name, ifExists, action, span: spanFrom(c, from) }
    }
    expect(c, 'SET')
    const action = { kind: 'set-options', options: parseOptions(c) } as const
    return { kind, name, ifExists, action, span: spanFrom(c, from) }
  }
  const scope = acceptOne(c, 'SYSTEM', 'SESSION')
  if (scope !== undefined) return parseScopedOption(c, scope, from)
  return unexpected(c)
}

/** `ALTER SESSION SET a.b = value`, `ALTER SYSTEM RESET a.b` */
function parseScopedOption(c: Cursor, scope: 'SYSTEM' | 'SESSION', from: number): Statement {
  const textOf = (name: Name) => ({
    kind: 'text' as const,
    value: name.parts.map((part) => part.name).join('.'),
    span: name.span,
  })
  if (accept(c, 'RESET')) {
    if (accept(c, 'ALL')) return { kind: 'reset', scope, span: spanFrom(c, from) }
    return { kind: 'reset', scope, key: textOf(parseName(c)), span: spanFrom(c, from) }
  }
  expect(c, 'SET')
  const key = textOf(parseName(c))
  expect(c, '=')
  const at = start(c)
  let value: string
  const sign = acceptOne(c, '-', '+')
  if (sign === undefined && isString(c.type)) value = parseStringValue(c).value
  else if (isNumber(c.type) || ['ON', 'TRUE', 'FALSE', 'NULL', 'UNKNOWN'].includes(c.type)) {
    value = `${sign === '-' ? sign : ''}${tokenText(c)}`
    advance(c)
  } else value = parseIdentifier(c).name
  const text = { kind: 'text' as const, value, span: spanFrom(c, at) }
  return { kind: 'set', scope, key, value: text, span: spanFrom(c, from) }
}

// --- tables ----------------------------------------------------------------------------------------------------------

function parseTableAction(c: Cursor): AlterTableAction {
  if (accept(c, 'RENAME')) {
    if (accept(c, 'TO')) return { kind: 'rename', to: parseName(c) }
    const column = parseName(c)
    expect(c, 'TO')
    return { kind: 'rename-column', from: column, to: parseName(c) }
  }
  if (accept(c, 'SET')) return { kind: 'set-options', options: parseOptions(c) }
  if (accept(c, 'RESET')) return { kind: 'reset-options', keys: parseKeys(c) }
  if (accept(c, 'ADD')) {
    if (isPair(c, 'IF', 'NOT') || is(c, 'PARTITION')) {
      const ifNotExists = acceptAll(c, 'IF', 'NOT', 'EXISTS')
      const partitions: PartitionSpec[] = []
      do partitions.push(parsePartitionSpec(c, true))
      while (is(c, 'PARTITION'))
      return { kind: 'add-partitions', ifNotExists, partitions }
    }
    return parseAddOrModify(c, 'add')
  }
  if (accept(c, 'MODIFY')) return parseAddOrModify(c, 'modify')
  expect(c, 'DROP')
  if (isPair(c, 'IF', 'EXISTS') || is(c, 'PARTITION')) {
    const ifExists = parseIfExists(c)
    const partitions = [parsePartitionSpec(c, false)]
    while (accept(c, ',')) partitions.push(parsePartitionSpec(c, false))
    return { kind: 'drop-partitions', ifExists, partitions }
  }
  return parseDropPart(c)
}

function parsePartitionSpec(c: Cursor, withOptions: boolean): PartitionSpec {
  const from = start(c)
  expect(c, 'PARTITION')
  const entries = parsePartition(c)
  const options = withOptions ? parseWithOptions(c) : []
  return { kind: 'partition', entries, options, span: spanFrom(c, from) }
}

function parseAddOrModify(c: Cursor, verb: 'add' | 'modify'): SchemaChange {
  if (accept(c, 'DISTRIBUTION')) return { kind: `${verb}-distribution`, distribution: parseDistribution(c) }
  const schema = is(c, '(') ? parseSchema(c, true) : parseSingleSchema(c)
  return { kind: `${verb}-schema`, schema }
}

function parseDropPart(c: Cursor): SchemaChange {
  if (acceptAll(c, 'PRIMARY', 'KEY')) return { kind: 'drop-primary-key' }
  if (accept(c, 'CONSTRAINT')) return { kind: 'drop-constraint', constraint: parseIdentifier(c) }
  if (accept(c, 'WATERMARK')) return { kind: 'drop-watermark' }
  if (accept(c, 'DISTRIBUTION')) return { kind: 'drop-distribution' }
  if (!accept(c, '(')) return { kind: 'drop-columns', columns: [parseName(c)] }
  const columns = [parseName(c)]
  while (accept(c, ',')) columns.push(parseName(c))
  expect(c, ')')
  return { kind: 'drop-columns', columns }
}

function parseMaterializedAction(c: Cursor): AlterMaterializedTableAction {
  if (accept(c, 'SUSPEND')) return { kind: 'suspend' }
  if (accept(c, 'RESUME')) return { kind: 'resume', options: parseWithOptions(c) }
  if (accept(c, 'REFRESH')) return { kind: 'refresh', partition: accept(c, 'PARTITION') ? parsePartition(c) : [] }
  if (accept(c, 'RESET')) return { kind: 'reset-options', keys: parseKeys(c) }
  if (accept(c, 'SET')) {
    if (acceptAll(c, 'FRESHNESS', '=')) return { kind: 'set-freshness', freshness: parseInterval(c, true) }
    if (acceptAll(c, 'REFRESH_MODE', '=')) {
      return { kind: 'set-refresh-mode', mode: expectOne(c, 'FULL', 'CONTINUOUS') }
    }
    return { kind: 'set-options', options: parseOptions(c) }
  }
  if (accept(c, 'AS')) return { kind: 'as-query', query: c.grammar.query(c) }
  if (accept(c, 'ADD')) return parseAddOrModify(c, 'add')
  if (accept(c, 'MODIFY')) return parseAddOrModify(c, 'modify')
  expect(c, 'DROP')
  return parseDropPart(c)
}

// --- DROP ------------------------------------------------------------------------------------------------------------

/** At DROP. */
export function parseDrop(c: Cursor): Drop {
  const from = start(c)
  expect(c, 'DROP')
  const temporary = accept(c, 'TEMPORARY')
  let object: ObjectType
  const system = accept(c, 'SYSTEM')
  if (system) object = temporary ? expectOne(c, 'FUNCTION', 'CONNECTION') : expectOne(c, 'FUNCTION')
  else if (temporary) object = expectOne(c, 'TABLE', 'VIEW', 'FUNCTION', 'MODEL', 'CONNECTION', 'CATALOG', 'DATABASE')
  else if (acceptAll(c, 'MATERIALIZED', 'TABLE')) object = 'MATERIALIZED TABLE'
  else object = expectOne(c, 'TABLE', 'VIEW', 'FUNCTION', 'CATALOG', 'DATABASE', 'MODEL', 'CONNECTION')
  const ifExists = parseIfExists(c)
  const name = object === 'CATALOG' ? nameOf(parseIdentifier(c)) : parseName(c)
  const behavior = object === 'DATABASE' ? acceptOne(c, 'RESTRICT', 'CASCADE') : undefined
  return { kind: 'drop', object, name, ifExists, temporary, system, behavior, span: spanFrom(c, from) }
}
