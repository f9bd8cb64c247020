/**
 * The parity report: what of a job is otherwise on Flink, and what will not run on the managed services that speak a dialect of it.
 *
 * Law: a finding is about something that this job uses, names it, and is told once. The differences are those of COMPAT.md, as far as a
 * job shows that it meets one; data that it may meet is named in the finding.
 */
export const dialects = ['confluent', 'alibaba'] as const
export type Dialect = (typeof dialects)[number]

/** By function: what its answers on Flink may be. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  ARRAY_CONCAT: 'makes 0.00 of NULL elements where it widens arrays of decimals',
  ARRAY_UNION: 'makes 0.00 of NULL elements where it widens arrays of decimals',
  ARRAY_EXCEPT: 'makes 0.00 of NULL elements where it widens arrays of decimals',
  TRUNCATE: 'fails on a DECIMAL column that is NULL',
}
const JSON_PARENTS: ReadonlySet<string> = new Set(['JSON_OBJECT', 'JSON_ARRAY'])

/** Confluent Cloud's formats; all but raw need its schema registry. */
const CONFLUENT_FORMATS: ReadonlySet<string> = new Set(['avro-registry', 'json-registry', 'proto-registry', 'raw'])
/** Session options that a managed service sets itself. */
const MANAGED_OPTION =
  /^(state\.|high-availability|execution\.checkpointing\.(dir|savepoint-dir)$|jobmanager\.|taskmanager\.)/

type Tree = { readonly [key: string]: unknown }

export class Parity {
  readonly #findings = new Set<string>()
  readonly #dialect: Dialect | undefined

  constructor(dialect: Dialect | undefined) {
    this.#dialect = dialect
    if (dialect === 'confluent') {
      this.tell('Confluent Cloud takes SQL statements and no job jar; give it the SQL of this job.')
    }
    if (dialect === 'alibaba') {
      this.tell(
        'Alibaba Cloud runs the jar as a JAR draft on an engine of Flink 2.0 or later; engines vvr-11 and before are Flink 1.20 at most.',
      )
    }
  }

  get findings(): readonly string[] {
    return [...this.#findings]
  }

  tell(finding: string): void {
    this.#findings.add(finding)
  }

  option(key: string, value: string): void {
    if (key === 'table.local-time-zone' && !/^(UTC|GMT([+-]\d{2}:\d{2})?|[A-Za-z_]+\/.+)$/.test(value)) {
      this.tell(`The option '${key}' = '${value}': Flink takes names such as Europe/Berlin, UTC and GMT+05:30 alone.`)
    }
    if (this.#dialect !== undefined && MANAGED_OPTION.test(key)) {
      this.tell(`The option '${key}' is set by ${this.#service}; leave it out.`)
    }
  }

  table(name: string, options: ReadonlyMap<string, string>): void {
    for (const key of options.keys()) {
      if (key.startsWith('scan.watermark.alignment.')) {
        this.tell(`Table ${name}: '${key}' does nothing embedded; on Flink it holds fast partitions back.`)
      }
    }
    if (this.#dialect !== 'confluent') return
    const connector = options.get('connector')
    if (connector !== undefined && connector !== 'confluent') {
      this.tell(
        `Table ${name}: Confluent Cloud has no connector '${connector}' for DDL; a topic is a table there without one ('connector' = 'confluent').`,
      )
    }
    for (const [key, value] of options) {
      if (/^(key\.|value\.)?format$/.test(key) && !CONFLUENT_FORMATS.has(value)) {
        this.tell(
          `Table ${name}: Confluent Cloud has no format '${value}'; its formats are ${[...CONFLUENT_FORMATS].join(', ')}.`,
        )
      }
    }
  }

  function(name: string): void {
    if (this.#dialect === 'confluent') {
      this.tell(`The function '${name}': Confluent Cloud runs functions in Java and Python alone.`)
    }
  }

  /** A statement or a query, as it was parsed. */
  see(tree: unknown): void {
    const { kind, temporary } = tree as Tree
    if (this.#dialect === 'confluent') {
      if (temporary === true) this.tell(`Confluent Cloud has no temporary objects (${String(kind)}).`)
      if (kind === 'create-catalog' || kind === 'create-database') {
        this.tell(`Confluent Cloud's catalogs and databases are its environments and clusters: no ${String(kind)}.`)
      }
    }
    this.#walk(tree, false)
  }

  get #service(): string {
    return this.#dialect === 'confluent' ? 'Confluent Cloud' : 'Alibaba Cloud'
  }

  #walk(tree: unknown, inJson: boolean): void {
    if (Array.isArray(tree)) {
      for (const each of tree) this.#walk(each, inJson)
      return
    }
    if (typeof tree !== 'object' || tree === null) return
    const node = tree as Tree
    let within = inJson
    if (node.kind === 'call') {
      const name = calledName(node)
      within = JSON_PARENTS.has(name)
      this.#call(name, inJson)
    }
    for (const [key, child] of Object.entries(node)) if (key !== 'span') this.#walk(child, within)
  }

  #call(name: string, inJson: boolean): void {
    const difference = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
    if (difference !== undefined) this.tell(`The function ${name}: Flink's ${difference}.`)
    if (name === 'JSON' && !inJson) this.tell('The function JSON: Flink refuses it outside JSON_OBJECT and JSON_ARRAY.')
    if (name === 'PROCTIME' && this.#dialect === 'confluent') {
      this.tell('The function PROCTIME: Confluent Cloud has no processing time; use $rowtime.')
    }
  }
}

function calledName(call: Tree): string {
  const { parts } = call.name as { readonly parts: readonly { readonly name: string }[] }
  return parts.length === 1 ? parts[0].name.toUpperCase() : ''
}
