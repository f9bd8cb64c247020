/**
 * The names of a session: catalogs, databases, tables, views and functions, all in memory.
 *
 * Laws
 * - Names are compared with case, functions' names without.
 * - A name of one part lives in the current database, of two in the current catalog, of three where it says.
 * - A temporary object hides a permanent one of the same path; dropping says which of the two.
 * - A function's name of one part means, in this order: temporary system function, built-in, temporary function of the
 *   current database, function of the current database (Flink's order).
 */
import { fail } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import type { Span } from '../base/span.ts'
import type { UserFunction } from './function.ts'
import { type CatalogObject, type ObjectPath, pathText } from './table.ts'

export const DEFAULT_CATALOG = 'default_catalog'
export const DEFAULT_DATABASE = 'default_database'

type Options = Readonly<Record<string, string>>

interface Database {
  comment?: string
  options: Options
  readonly objects: Map<string, CatalogObject>
  readonly functions: Map<string, UserFunction>
}

interface NamedCatalog {
  comment?: string
  options: Options
  readonly databases: Map<string, Database>
}

export interface CreateMode {
  readonly ifNotExists?: boolean
  readonly replace?: boolean
  readonly span?: Span
}
/** What a catalog or a database says about itself. */
export interface Described {
  readonly comment?: string
  readonly options: Options
}
export interface DropMode {
  readonly ifExists?: boolean
  readonly temporary?: boolean
  readonly span?: Span
}

export class Catalog {
  private readonly catalogs = new Map<string, NamedCatalog>()
  private readonly temporaryObjects = new Map<string, CatalogObject>()
  private readonly temporaryFunctions = new Map<string, UserFunction>()
  private readonly systemFunctions = new Map<string, UserFunction>()
  private catalogName = DEFAULT_CATALOG
  private databaseName = DEFAULT_DATABASE

  constructor() {
    this.createCatalog(DEFAULT_CATALOG, {
      options: { type: 'generic_in_memory', 'default-database': DEFAULT_DATABASE },
    })
  }

  get currentCatalog(): string {
    return this.catalogName
  }
  get currentDatabase(): string {
    return this.databaseName
  }

  // ---- Catalogs and databases --------------------------------------------------------------------------------------

  listCatalogs(): readonly string[] {
    return [...this.catalogs.keys()].sort()
  }

  createCatalog(name: string, mode: CreateMode & Partial<Described> = {}): void {
    if (this.catalogs.has(name)) {
      if (mode.ifNotExists === true) return
      fail('PLAN_ALREADY_EXISTS', { what: 'catalog', name }, { span: mode.span })
    }
    const { comment, options = { type: 'generic_in_memory' } } = mode
    this.catalogs.set(name, { comment, options, databases: new Map() })
    this.createDatabase(name, options['default-database'] ?? 'default')
  }

  describeCatalog(name: string, span?: Span): Described {
    return this.catalogs.get(name) ?? this.unknown('catalog', name, this.listCatalogs(), span)
  }

  alterCatalog(name: string, change: Partial<Described>, span?: Span): void {
    Object.assign(this.describeCatalog(name, span), change)
  }

  dropCatalog(name: string, mode: DropMode = {}): void {
    if (!this.catalogs.has(name)) {
      if (mode.ifExists === true) return
      this.unknown('catalog', name, this.listCatalogs(), mode.span)
    }
    if (name === this.catalogName) fail('PLAN_IN_USE', { what: 'catalog', name }, { span: mode.span })
    this.catalogs.delete(name)
  }

  useCatalog(name: string, span?: Span): void {
    const catalog = this.catalogs.get(name) ?? this.unknown('catalog', name, this.listCatalogs(), span)
    this.catalogName = name
    this.databaseName = catalog.options['default-database'] ?? 'default'
  }

  listDatabases(catalog = this.catalogName, span?: Span): readonly string[] {
    const found = this.catalogs.get(catalog) ?? this.unknown('catalog', catalog, this.listCatalogs(), span)
    return [...found.databases.keys()].sort()
  }

  createDatabase(catalog: string, name: string, mode: CreateMode & Partial<Described> = {}): void {
    const found = this.catalogs.get(catalog) ?? this.unknown('catalog', catalog, this.listCatalogs(), mode.span)
    if (found.databases.has(name)) {
      if (mode.ifNotExists === true) return
      fail('PLAN_ALREADY_EXISTS', { what: 'database', name: `${catalog}.${name}` }, { span: mode.span })
    }
    const { comment, options = {} } = mode
    found.databases.set(name, { comment, options, objects: new Map(), functions: new Map() })
  }

  describeDatabase(catalog: string, name: string, span?: Span): Described {
    return this.database(catalog, name, span)
  }

  alterDatabase(catalog: string, name: string, change: Partial<Described>, span?: Span): void {
    Object.assign(this.database(catalog, name, span), change)
  }

  dropDatabase(catalog: string, name: string, mode: DropMode & { readonly cascade?: boolean } = {}): void {
    const found = this.catalogs.get(catalog)?.databases.get(name)
    if (found === undefined) {
      if (mode.ifExists === true) return
      this.unknown('database', name, this.catalogs.get(catalog)?.databases.keys() ?? [], mode.span)
    }
    if (catalog === this.catalogName && name === this.databaseName) {
      fail('PLAN_IN_USE', { what: 'database', name }, { span: mode.span })
    }
    if (mode.cascade !== true && found.objects.size + found.functions.size > 0) {
      const objects = [...found.objects.keys(), ...found.functions.keys()]
      fail('PLAN_DATABASE_NOT_EMPTY', { name, objects }, { span: mode.span })
    }
    this.catalogs.get(catalog)?.databases.delete(name)
  }

  useDatabase(catalog: string, name: string, span?: Span): void {
    this.database(catalog, name, span)
    this.catalogName = catalog
    this.databaseName = name
  }

  // ---- Tables and views --------------------------------------------------------------------------------------------

  /** The full path of a name of one to three parts. */
  qualify(parts: readonly string[], from?: { readonly catalog: string; readonly database: string }): ObjectPath {
    const catalog = from?.catalog ?? this.catalogName
    const database = from?.database ?? this.databaseName
    if (parts.length === 1) return { catalog, database, name: parts[0] }
    if (parts.length === 2) return { catalog, database: parts[0], name: parts[1] }
    return { catalog: parts[0], database: parts[1], name: parts.slice(2).join('.') }
  }

  create(object: CatalogObject, mode: CreateMode = {}): void {
    const objects = object.temporary
      ? this.temporaryObjects
      : this.database(object.path.catalog, object.path.database, mode.span).objects
    const key = object.temporary ? pathText(object.path) : object.path.name
    const existing = objects.get(key)
    if (existing !== undefined && mode.replace !== true) {
      if (mode.ifNotExists === true) return
      const what = `${existing.temporary ? 'temporary ' : ''}${existing.kind}`
      fail('PLAN_ALREADY_EXISTS', { what, name: pathText(object.path) }, { span: mode.span })
    }
    objects.set(key, object)
  }

  drop(kind: CatalogObject['kind'], path: ObjectPath, mode: DropMode = {}): void {
    const objects =
      mode.temporary === true
        ? this.temporaryObjects
        : (this.catalogs.get(path.catalog)?.databases.get(path.database)?.objects ?? new Map())
    const key = mode.temporary === true ? pathText(path) : path.name
    const temporary = this.temporaryObjects.get(pathText(path))
    if (mode.temporary !== true && temporary?.kind === kind) {
      fail('PLAN_TEMPORARY_HIDES', { what: kind, name: pathText(path) }, { span: mode.span })
    }
    if (objects.get(key)?.kind !== kind) {
      if (mode.ifExists === true) return
      const what = mode.temporary === true ? `temporary ${kind}` : kind
      this.unknown(what, pathText(path), this.names(kind, path), mode.span)
    }
    objects.delete(key)
  }

  rename(path: ObjectPath, to: ObjectPath, span?: Span): void {
    const object = this.find(path) ?? this.unknown('table', pathText(path), this.names('table', path), span)
    if (this.find(to) !== undefined) fail('PLAN_ALREADY_EXISTS', { what: 'table', name: pathText(to) }, { span })
    this.drop(object.kind, path, { temporary: object.temporary, span })
    this.create({ ...object, path: to }, { span })
  }

  /** Put another definition in the place of a permanent object. */
  replace(object: CatalogObject): void {
    this.database(object.path.catalog, object.path.database).objects.set(object.path.name, object)
  }

  find(path: ObjectPath): CatalogObject | undefined {
    return (
      this.temporaryObjects.get(pathText(path)) ??
      this.catalogs.get(path.catalog)?.databases.get(path.database)?.objects.get(path.name)
    )
  }

  /** The table or view of that name, or an error that says what there is. */
  get(
    parts: readonly string[],
    span?: Span,
    from?: { readonly catalog: string; readonly database: string },
  ): CatalogObject {
    const path = this.qualify(parts, from)
    return this.find(path) ?? this.unknownTable(parts, path, span)
  }

  /** Names of the tables (or views) of a database, sorted. Views count as tables, as in Flink. */
  list(kind: CatalogObject['kind'], catalog = this.catalogName, database = this.databaseName): readonly string[] {
    const names = new Set<string>()
    const wanted = (object: CatalogObject) => kind === 'table' || object.kind === kind
    for (const object of this.catalogs.get(catalog)?.databases.get(database)?.objects.values() ?? []) {
      if (wanted(object)) names.add(object.path.name)
    }
    for (const object of this.temporaryObjects.values()) {
      if (wanted(object) && object.path.catalog === catalog && object.path.database === database) {
        names.add(object.path.name)
      }
    }
    return [...names].sort()
  }

  // ---- Functions ---------------------------------------------------------------------------------------------------

  /** A function of the whole session, called by its bare name; hides a built-in of the name. */
  createTemporarySystemFunction(name: string, fn: UserFunction, mode: CreateMode = {}): void {
    this.addFunction(this.systemFunctions, name.toLowerCase(), name, fn, mode)
  }

  createFunction(path: ObjectPath, fn: UserFunction, mode: CreateMode & { readonly temporary?: boolean } = {}): void {
    if (mode.temporary === true) {
      this.addFunction(this.temporaryFunctions, functionKey(path), path.name, fn, mode)
      return
    }
    const { functions } = this.database(path.catalog, path.database, mode.span)
    this.addFunction(functions, path.name.toLowerCase(), path.name, fn, mode)
  }

  dropFunction(path: ObjectPath, mode: DropMode & { readonly system?: boolean } = {}): void {
    const [functions, key] =
      mode.system === true
        ? [this.systemFunctions, path.name.toLowerCase()]
        : mode.temporary === true
          ? [this.temporaryFunctions, functionKey(path)]
          : [this.catalogs.get(path.catalog)?.databases.get(path.database)?.functions, path.name.toLowerCase()]
    if (functions?.delete(key) === true || mode.ifExists === true) return
    this.unknown('function', path.name, this.listFunctions(), mode.span)
  }

  /** The system function of that bare name, if any. */
  findSystemFunction(name: string): ResolvedFunction | undefined {
    const fn = this.systemFunctions.get(name.toLowerCase())
    return fn && { id: name.toLowerCase(), fn }
  }

  /** The function at a path: temporary before permanent. */
  findFunction(path: ObjectPath): ResolvedFunction | undefined {
    const key = functionKey(path)
    const fn =
      this.temporaryFunctions.get(key) ??
      this.catalogs.get(path.catalog)?.databases.get(path.database)?.functions.get(path.name.toLowerCase())
    return fn && { id: key, fn }
  }

  /** Whether a path has a temporary, or a permanent, function of its own. */
  hasFunction(path: ObjectPath, temporary: boolean): boolean {
    if (temporary) return this.temporaryFunctions.has(functionKey(path))
    return (
      this.catalogs.get(path.catalog)?.databases.get(path.database)?.functions.has(path.name.toLowerCase()) === true
    )
  }
  /** What a plan's `user` call means: the id that `findSystemFunction` and `findFunction` gave. */
  functionById(id: string): UserFunction | undefined {
    const parts = id.split('.')
    if (parts.length < 3) return this.systemFunctions.get(id)
    const [catalog, database] = parts
    return this.findFunction({ catalog, database, name: parts.slice(2).join('.') })?.fn
  }

  /** Names of the users' functions that a query of the current database sees, sorted. */
  listFunctions(catalog = this.catalogName, database = this.databaseName): readonly string[] {
    const prefix = `${catalog}.${database}.`
    const names = new Set(this.systemFunctions.keys())
    for (const key of this.temporaryFunctions.keys()) if (key.startsWith(prefix)) names.add(key.slice(prefix.length))
    for (const key of this.catalogs.get(catalog)?.databases.get(database)?.functions.keys() ?? []) names.add(key)
    return [...names].sort()
  }

  private addFunction(
    functions: Map<string, UserFunction>,
    key: string,
    name: string,
    fn: UserFunction,
    mode: CreateMode,
  ): void {
    if (functions.has(key) && mode.replace !== true) {
      if (mode.ifNotExists === true) return
      fail('PLAN_ALREADY_EXISTS', { what: 'function', name }, { span: mode.span })
    }
    functions.set(key, fn)
  }

  private database(catalog: string, name: string, span?: Span): Database {
    const found = this.catalogs.get(catalog) ?? this.unknown('catalog', catalog, this.listCatalogs(), span)
    return found.databases.get(name) ?? this.unknown('database', name, found.databases.keys(), span)
  }

  private names(kind: CatalogObject['kind'], path: ObjectPath): readonly string[] {
    return this.list(kind, path.catalog, path.database)
  }

  private unknownTable(parts: readonly string[], path: ObjectPath, span?: Span): never {
    if (!this.catalogs.has(path.catalog)) this.unknown('catalog', path.catalog, this.listCatalogs(), span)
    const databases = this.listDatabases(path.catalog)
    if (!databases.includes(path.database)) this.unknown('database', path.database, databases, span)
    return this.unknown('table', parts.join('.'), this.names('table', path), span, path.name)
  }

  private unknown(what: string, name: string, known: Iterable<string>, span?: Span, typed = name): never {
    const all = [...known]
    const bare = typed.split('.').at(-1) ?? typed
    const hint =
      didYouMean(bare, all) ??
      (all.length === 0
        ? `There is none yet.`
        : `Known: ${all.slice(0, 10).join(', ')}${all.length > 10 ? ', …' : ''}.`)
    return fail('PLAN_UNKNOWN_OBJECT', { what, name, hint }, { span })
  }
}

export interface ResolvedFunction {
  /** What the plan names it by. */
  readonly id: string
  readonly fn: UserFunction
}

function functionKey(path: ObjectPath): string {
  return `${path.catalog}.${path.database}.${path.name.toLowerCase()}`
}
