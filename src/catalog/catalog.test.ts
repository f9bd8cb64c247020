/** Names of a session: created, found, hidden, dropped. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRivuletError } from '../base/errors.ts'
import type { ScalarFunction } from '../expr/function.ts'
import { Catalog } from './catalog.ts'
import type { UserFunction } from './function.ts'
import { SessionOptions } from './session-options.ts'
import type { CatalogTable } from './table.ts'

const table = (catalog: Catalog, name: string, temporary = false): CatalogTable => ({
  kind: 'table',
  path: catalog.qualify(name.split('.')),
  temporary,
  columns: [{ kind: 'physical', name: temporary ? 't' : 'p', type: { kind: 'INTEGER', nullable: true } }],
  primaryKey: [],
  partitionKeys: [],
  options: {},
  legacy: false,
})

const fn = (name: string): UserFunction => ({ kind: 'scalar', name, fn: { name } as ScalarFunction })

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (isRivuletError(error)) return error.code
    throw error
  }
  return 'none'
}

test('names of one, two and three parts', () => {
  const catalog = new Catalog()
  assert.deepEqual(catalog.qualify(['t']), { catalog: 'default_catalog', database: 'default_database', name: 't' })
  assert.deepEqual(catalog.qualify(['d', 't']), { catalog: 'default_catalog', database: 'd', name: 't' })
  assert.deepEqual(catalog.qualify(['c', 'd', 't']), { catalog: 'c', database: 'd', name: 't' })
  catalog.createDatabase('default_catalog', 'd')
  catalog.useDatabase('default_catalog', 'd')
  assert.equal(catalog.qualify(['t']).database, 'd')
})

test('a temporary table hides the permanent one until it is dropped', () => {
  const catalog = new Catalog()
  catalog.create(table(catalog, 'x'))
  catalog.create(table(catalog, 'x', true))
  const shown = () => (catalog.get(['x']) as CatalogTable).columns[0].name
  assert.equal(shown(), 't')
  assert.equal(
    codeOf(() => catalog.drop('table', catalog.qualify(['x']))),
    'PLAN_TEMPORARY_HIDES',
  )
  catalog.drop('table', catalog.qualify(['x']), { temporary: true })
  assert.equal(shown(), 'p')
  catalog.drop('table', catalog.qualify(['x']))
  assert.equal(
    codeOf(() => catalog.get(['x'])),
    'PLAN_UNKNOWN_OBJECT',
  )
  assert.equal(
    codeOf(() => catalog.drop('table', catalog.qualify(['x']), { ifExists: true })),
    'none',
  )
})

test('creating twice is an error unless IF NOT EXISTS', () => {
  const catalog = new Catalog()
  catalog.create(table(catalog, 'x'))
  assert.equal(
    codeOf(() => catalog.create(table(catalog, 'x'))),
    'PLAN_ALREADY_EXISTS',
  )
  assert.equal(
    codeOf(() => catalog.create(table(catalog, 'x'), { ifNotExists: true })),
    'none',
  )
  assert.equal(
    codeOf(() => catalog.create(table(catalog, 'nowhere.x'))),
    'PLAN_UNKNOWN_OBJECT',
  )
})

test('databases and catalogs: created, used, dropped when empty or with CASCADE, never while in use', () => {
  const catalog = new Catalog()
  catalog.createCatalog('c')
  catalog.createDatabase('c', 'd')
  catalog.create(table(catalog, 'c.d.x'))
  assert.deepEqual(catalog.listDatabases('c'), ['d', 'default'])
  assert.equal(
    codeOf(() => catalog.dropDatabase('c', 'd')),
    'PLAN_DATABASE_NOT_EMPTY',
  )
  catalog.useCatalog('c')
  assert.equal(catalog.currentDatabase, 'default')
  catalog.useDatabase('c', 'd')
  assert.equal(
    codeOf(() => catalog.dropCatalog('c')),
    'PLAN_IN_USE',
  )
  assert.equal(
    codeOf(() => catalog.dropDatabase('c', 'd', { cascade: true })),
    'PLAN_IN_USE',
  )
  catalog.useCatalog('default_catalog')
  catalog.dropDatabase('c', 'd', { cascade: true })
  catalog.dropCatalog('c')
  assert.deepEqual(catalog.listCatalogs(), ['default_catalog'])
  assert.equal(
    codeOf(() => catalog.useCatalog('c')),
    'PLAN_UNKNOWN_OBJECT',
  )
})

test('functions: names without case, temporary before permanent, found again by id', () => {
  const catalog = new Catalog()
  const path = catalog.qualify(['Twice'])
  catalog.createFunction(path, fn('permanent'))
  catalog.createFunction(path, fn('temporary'), { temporary: true })
  catalog.createTemporarySystemFunction('Everywhere', fn('system'))
  assert.equal(catalog.findFunction(catalog.qualify(['TWICE']))?.fn.name, 'temporary')
  assert.equal(catalog.functionById('default_catalog.default_database.twice')?.name, 'temporary')
  assert.equal(catalog.findSystemFunction('everywhere')?.id, 'everywhere')
  assert.equal(catalog.functionById('everywhere')?.name, 'system')
  assert.deepEqual(catalog.listFunctions(), ['everywhere', 'twice'])
  catalog.dropFunction(path, { temporary: true })
  assert.equal(catalog.findFunction(path)?.fn.name, 'permanent')
  assert.equal(
    codeOf(() => catalog.createFunction(path, fn('again'))),
    'PLAN_ALREADY_EXISTS',
  )
  catalog.createFunction(path, fn('again'), { replace: true })
  assert.equal(catalog.findFunction(path)?.fn.name, 'again')
  assert.equal(
    codeOf(() => catalog.dropFunction(catalog.qualify(['none']))),
    'PLAN_UNKNOWN_OBJECT',
  )
})

test('renaming keeps the table and refuses a name that is taken', () => {
  const catalog = new Catalog()
  catalog.create(table(catalog, 'a'))
  catalog.create(table(catalog, 'b'))
  assert.equal(
    codeOf(() => catalog.rename(catalog.qualify(['a']), catalog.qualify(['b']))),
    'PLAN_ALREADY_EXISTS',
  )
  catalog.rename(catalog.qualify(['a']), catalog.qualify(['c']))
  assert.deepEqual(catalog.list('table'), ['b', 'c'])
})

test('session options: defaults, SET, RESET, durations', () => {
  const options = new SessionOptions()
  assert.equal(options.get('table.local-time-zone'), 'UTC')
  options.set('table.exec.state.ttl', '1 d')
  options.set('my.key', 'x')
  assert.equal(options.duration('table.exec.state.ttl'), 86_400_000)
  assert.deepEqual(options.entries(), [
    ['my.key', 'x'],
    ['table.exec.state.ttl', '1 d'],
  ])
  options.reset('table.exec.state.ttl')
  assert.equal(options.duration('table.exec.state.ttl'), 0)
  options.reset()
  assert.deepEqual(options.entries(), [])
})
