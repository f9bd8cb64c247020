/**
 * Who may import whom. A test scans every import of `src/` against this table and fails on a forbidden edge or a cycle.
 *
 * A rule is the folder of the importing file and the folders or files (without `.ts`) that it may import; the first rule
 * whose folder contains the file counts. A folder may always import itself, unless `alone` says which parts of it may not see
 * each other.
 */
export interface LayerRule {
  readonly folder: string
  readonly may: readonly string[]
  /** Sub-folders of `folder` are closed to each other (connectors, operators, formats). */
  readonly alone?: boolean
}

const CONTRACTS = ['connectors/contract', 'formats/contract', 'operators/contract', 'state/contract'] as const

export const layers: readonly LayerRule[] = [
  { folder: 'base', may: [] },
  { folder: 'types', may: ['base'] },
  { folder: 'sql', may: ['base'] },
  { folder: 'expr', may: ['base', 'types'] },
  { folder: 'functions/aggregate', may: ['base', 'types', 'expr', 'functions', 'state/contract'] },
  { folder: 'functions', may: ['base', 'types', 'expr'] },
  { folder: 'state', may: ['base', 'types'] },
  { folder: 'formats/contract', may: ['base', 'types'] },
  { folder: 'formats', may: ['base', 'types', 'formats/contract'] },
  { folder: 'kafka', may: ['base'] },
  { folder: 'connectors/contract', may: ['base', 'types', 'formats/contract'] },
  { folder: 'connectors/registry', may: ['connectors'] },
  { folder: 'connectors', may: ['base', 'types', 'connectors/contract', 'formats', 'kafka'], alone: true },
  { folder: 'catalog', may: ['base', 'types', 'sql/ast', 'expr', 'connectors/contract', 'formats/contract'] },
  { folder: 'operators/nodes', may: ['operators'] },
  { folder: 'operators/runtimes', may: ['operators'] },
  {
    folder: 'operators',
    may: ['base', 'types', 'expr', 'functions/aggregate', ...CONTRACTS],
    alone: true,
  },
  { folder: 'plan', may: ['base', 'types', 'sql', 'expr', 'functions', 'catalog', 'operators', ...CONTRACTS] },
  { folder: 'runtime', may: ['base', 'types', 'expr/function', 'state', 'operators', ...CONTRACTS] },
  {
    folder: 'engine',
    may: [
      'base',
      'types',
      'sql',
      'expr',
      'functions',
      'state',
      'formats',
      'kafka',
      'connectors',
      'catalog',
      'operators',
      'plan',
      'runtime',
    ],
  },
  { folder: 'server', may: ['base', 'engine'] },
  { folder: 'flink/v8', may: ['base', 'types', 'expr', 'functions', 'engine'] },
  { folder: 'flink', may: ['base', 'types', 'sql', 'connectors', 'engine'] },
  { folder: 'cli', may: ['base', 'engine', 'kafka', 'server', 'flink'] },
  { folder: 'index', may: ['base', 'engine'] },
  { folder: 'testing', may: ['base', 'engine'] },
  { folder: 'layers', may: [] },
]

/**
 * Folders whose files call each other in a circle because the language that they handle is recursive: a query contains
 * expressions, which contain queries. Cycles inside one of them are no cycle of the architecture.
 */
export const recursiveFolders: readonly string[] = ['sql/parser', 'sql/print', 'plan/bind']
