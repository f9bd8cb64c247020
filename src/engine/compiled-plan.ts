/**
 * COMPILE PLAN and EXECUTE PLAN: the plan of a job as a file, so that a job goes on with the operators that it began with,
 * whatever a later version would plan.
 *
 * Laws
 * - What runs is what stands in the file. A session needs no tables for it, and of users' functions those that it names.
 * - No secret is in a file: a secret option is left open, and is the one of the session's table of that name.
 * - As in Flink, a file that is there is never overwritten, unless 'table.plan.force-recompile' says so.
 */
import { fail } from '../base/errors.ts'
import type { SourceText, Span } from '../base/span.ts'
import type { CompiledPlan, PlanNode } from '../operators/nodes.ts'
import { operatorRuntimes } from '../operators/runtimes.ts'
import type { PlanTable } from '../operators/source-scan/node.ts'
import { isSecretOption, parsePlan, planInserts, planText } from '../plan/index.ts'
import type { CompilePlan, Insert } from '../sql/ast.ts'
import type { Session } from './session.ts'
import { storageFor } from './storage.ts'

/** A plan with the names of the tables that it writes to. */
export interface StoredPlan {
  readonly plan: CompiledPlan
  readonly sinks: readonly string[]
}

/** The INSERTs of a statement that carries some. */
export function insertsOf({ statement }: CompilePlan): readonly Insert[] {
  return statement.kind === 'insert' ? [statement] : statement.statements
}

/** Write the plan of a statement, or leave the one that is there. */
export async function compilePlan(session: Session, statement: CompilePlan, source: SourceText): Promise<void> {
  const { path, ifNotExists, execute } = statement
  const [files, name] = place(session, path.value)
  const exists = await files.exists(name)
  // COMPILE AND EXECUTE runs the plan that is there, so that its script can be started again.
  if (exists && (ifNotExists || execute)) return
  if (exists && !session.options.boolean('table.plan.force-recompile')) {
    fail('PLAN_FILE_EXISTS', { path: path.value }, { span: path.span })
  }
  const plan = planInserts(
    session.planner,
    insertsOf(statement).map((insert) => ({ insert, source })),
  )
  await files.writeAtomic(name, new TextEncoder().encode(`${planText(withoutPlaces(withoutSecrets(session, plan)))}\n`))
}

export async function loadPlan(session: Session, path: string, span: Span): Promise<StoredPlan> {
  const [files, name] = place(session, path)
  if (!(await files.exists(name))) fail('PLAN_FILE', { problem: `there is no file '${path}'` }, { span })
  const plan = withSecrets(session, parsePlan(new TextDecoder().decode(await files.read(name)), { span }), span)
  const unknown = plan.nodes.find((node) => !operatorRuntimes.some(({ kind }) => kind === node.kind))
  if (unknown !== undefined) {
    fail('PLAN_FILE', { problem: `this version of Rivulet has no operator '${unknown.kind}'` }, { span })
  }
  checkFunctions(session, plan, span)
  const zone = plan.options['table.local-time-zone'] ?? 'UTC'
  if (zone !== session.timeZone) {
    const problem = `it was compiled for 'table.local-time-zone' = '${zone}', and this session has '${session.timeZone}'`
    fail('PLAN_FILE', { problem, hint: `SET 'table.local-time-zone' = '${zone}';` }, { span })
  }
  return { plan, sinks: plan.nodes.flatMap((node) => (node.kind === 'sink' ? [node.table.name] : [])) }
}

/** Places are of a text that is not there when the plan is run. */
function withoutPlaces(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(withoutPlaces)
  const entries = Object.entries(value).filter(([key]) => key !== 'span' && key !== 'place')
  return Object.fromEntries(entries.map(([key, each]) => [key, key === 'options' ? each : withoutPlaces(each)]))
}

/** `file:///a/b`, `/a/b`, `b` and `s3://bucket/key`. */
function place(session: Session, written: string) {
  const path = written.replace(/^file:(\/\/)?(?=\/)/, '')
  return [storageFor(session.host, path), path] as const
}

// ---- Secrets ---------------------------------------------------------------------------------------------------------

const LEFT_OPEN = '******'

function withoutSecrets({ planner }: Session, plan: CompiledPlan): CompiledPlan {
  const open = (connector: string | undefined, options: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(options).map(([key, value]) => [key, isSecretOption(planner, connector, key) ? LEFT_OPEN : value]),
    )
  return {
    ...plan,
    nodes: mapTables(plan.nodes, (table) => ({ ...table, options: open(connectorOf(table), table.options) })),
    options: open(undefined, plan.options),
  }
}

function connectorOf({ options }: PlanTable): string | undefined {
  return options.connector ?? options['connector.type']
}

function withSecrets({ catalog }: Session, plan: CompiledPlan, span: Span): CompiledPlan {
  const close = (table: PlanTable): PlanTable => {
    const options = Object.entries(table.options).map(([key, value]) => {
      if (value !== LEFT_OPEN) return [key, value]
      const [inCatalog, database, ...name] = table.name.split('.')
      const known = catalog.find({ catalog: inCatalog, database, name: name.join('.') })
      const given = known?.kind === 'table' ? known.options[key]?.value : undefined
      return [key, given ?? fail('PLAN_FILE_SECRET', { table: table.name, key }, { span })]
    })
    return { ...table, options: Object.fromEntries(options) }
  }
  return { ...plan, nodes: mapTables(plan.nodes, close) }
}

function mapTables(nodes: readonly PlanNode[], change: (table: PlanTable) => PlanTable): readonly PlanNode[] {
  return nodes.map((node) =>
    'table' in node && 'options' in node.table ? { ...node, table: change(node.table) } : node,
  ) as PlanNode[]
}

// ---- Functions -------------------------------------------------------------------------------------------------------

/** Every function of the user that the plan names is registered. */
function checkFunctions({ catalog }: Session, plan: CompiledPlan, span: Span): void {
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return
    if (!Array.isArray(value)) {
      const { user, fn, name } = value as { user?: unknown; fn?: unknown; name?: unknown }
      const id = fn ?? name
      if (user === true && typeof id === 'string' && catalog.functionById(id) === undefined) {
        const hint = 'Register it before EXECUTE PLAN, under the name that it had when the plan was compiled.'
        fail('PLAN_UNKNOWN_OBJECT', { what: 'function', name: id, hint }, { span })
      }
    }
    for (const each of Object.values(value)) visit(each)
  }
  visit(plan.nodes)
}
