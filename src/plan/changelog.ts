/**
 * Changelog inference: which changes every node emits, and who needs the old row of an update.
 *
 * Two passes, as in Flink. Up: does a node emit updates and deletes at all. Down: what its consumer needs of an update — the
 * new row only (`after`), old and new (`both`) — and whether the node can give that; where a source gives more than is
 * needed, -U rows are dropped behind it.
 *
 * Laws
 * - An aggregate, a window and a result handed to the program get old and new rows.
 * - A filter on other columns than a key needs old rows: only they tell that a row left the result.
 * - A sink gets what its connector accepts; what it cannot take is an error that shows the SQL which makes the changes.
 */
import { fail } from '../base/errors.ts'
import { lineColumn } from '../base/span.ts'
import type { ChangelogMode } from '../types/row-kind.ts'
import type { PlannerContext } from './context.ts'
import { aggregateLookup } from './declare-state.ts'
import { inputsOfRel, type Place, type Rel, type SinkRel } from './nodes.ts'
import { refuseRankFilter, refuseRowNumber } from './rank-refusal.ts'
import { rankStrategy } from './rank-strategy.ts'
import { checkSinkKey, keyOfSink, takesChangesByKey } from './sink-key.ts'
import { equalColumns, readsKeyOnly, upsertKeys } from './upsert-keys.ts'
import { windowJoin } from './window-columns.ts'

export type UpdateKind = 'none' | 'after' | 'both'

/** A node with its changelog decided. */
export interface Planned {
  readonly rel: Rel
  readonly inputs: readonly Planned[]
  readonly mode: ChangelogMode
  /** -U rows of this node are left out behind it. */
  readonly dropUpdateBefore: boolean
}

interface Kinds {
  readonly update: boolean
  readonly delete: boolean
}

export function inferChangelog(rel: Rel, context: PlannerContext): Planned {
  const planned = plan(rel, 'both', new Map(), context)
  if (planned === undefined) return fail('PLAN_INTERNAL', { detail: 'no changelog mode satisfies the plan' })
  return planned
}

// ---- Up: updates and deletes -----------------------------------------------------------------------------------------

type Memo = Map<Rel, Kinds>

function kindsOf(rel: Rel, memo: Memo): Kinds {
  let kinds = memo.get(rel)
  if (kinds === undefined) {
    kinds = inferKinds(rel, memo)
    memo.set(rel, kinds)
  }
  return kinds
}

function inferKinds(rel: Rel, memo: Memo): Kinds {
  const inputs = inputsOfRel(rel).map((input) => kindsOf(input, memo))
  const all: Kinds = { update: inputs.some((k) => k.update), delete: inputs.some((k) => k.delete) }
  switch (rel.kind) {
    case 'scan':
      return { update: rel.changelog.updateAfter, delete: rel.changelog.delete }
    case 'values':
    case 'group-window-aggregate':
    case 'window-aggregate':
      return { update: false, delete: false }
    case 'over':
      if (rel.window.time === 'value') return { update: true, delete: all.update || all.delete }
      return { update: false, delete: false }
    case 'normalize':
      return { update: true, delete: true }
    case 'window-rank':
    case 'temporal-sort':
    case 'match':
      return { update: false, delete: false }
    case 'deduplicate':
      return { update: rel.keep === 'last', delete: false }
    case 'rank':
      return rel.order.length === 0 && !all.update && !all.delete ? all : { update: true, delete: true }
    case 'aggregate':
      return { update: true, delete: all.update || all.delete }
    case 'join':
      if (rel.times?.kind === 'temporal') return inputs[0]
      if (rel.times !== undefined || windowJoin(rel) !== undefined) return { update: false, delete: false }
      return rel.joinType === 'inner' || rel.joinType === 'semi' ? all : { update: true, delete: true }
    default:
      return all
  }
}

/** Are there no updates and deletes in the relation? */
export function isInsertOnly(rel: Rel): boolean {
  const kinds = kindsOf(rel, new Map())
  return !kinds.update && !kinds.delete
}

// ---- Down: old rows or not -------------------------------------------------------------------------------------------

function plan(rel: Rel, required: UpdateKind, memo: Memo, context: PlannerContext): Planned | undefined {
  const kinds = kindsOf(rel, memo)
  const needed = kinds.update ? required : 'none'
  const done = (
    inputs: readonly (Planned | undefined)[],
    gives = needed,
    dropUpdateBefore = false,
  ): Planned | undefined => {
    if (inputs.some((input) => input === undefined)) return undefined
    const mode = { updateBefore: gives === 'both', updateAfter: kinds.update, delete: kinds.delete }
    return { rel, inputs: inputs as readonly Planned[], mode, dropUpdateBefore }
  }
  const input = (child: Rel, kind: UpdateKind) => plan(child, kind, memo, context)
  switch (rel.kind) {
    case 'scan': {
      const gives: UpdateKind = rel.changelog.updateBefore ? 'both' : kinds.update ? 'after' : 'none'
      if (needed === 'both' && gives === 'after') return undefined
      return done([], gives, gives === 'both' && needed === 'after')
    }
    case 'values':
      return done([])
    case 'normalize':
      return done([input(rel.input, 'after')])
    case 'project':
    case 'window-table-function':
      refuseUpdates(rel, rel.input, memo, 'A window table function', rel.kind === 'window-table-function')
      return done([input(rel.input, needed)])
    case 'filter':
      refuseRankFilter(rel)
      if (needed === 'after' && !readsKeyOnly(rel.condition, upsertKeys(rel.input))) return undefined
      return done([input(rel.input, needed)])
    case 'aggregate':
    case 'group-window-aggregate':
      refuseAppendOnlyAggregates(rel, memo, context)
      if (rel.kind === 'group-window-aggregate' && rel.window.shape.type === 'session') {
        refuseUnmergeable(rel, 'session', context)
      }
      return done([input(rel.input, 'both')])
    case 'window-aggregate':
      refuseUpdates(rel, rel.input, memo, 'A window aggregate', true)
      refuseUnmergeable(rel, rel.windowing.window.shape.type, context)
      return done([input(rel.input, 'both')])
    case 'over':
      if (rel.window.time === 'value') return done([input(rel.input, 'both')], 'both', needed === 'after')
      refuseUpdates(rel, rel.input, memo, 'An OVER aggregate', true)
      return done([input(rel.input, 'both')])
    case 'lookup-join':
    case 'correlate':
      // The new row's partners say nothing about those of the old one.
      if (needed === 'after') return undefined
      return done([input(rel.input, needed)])
    case 'join': {
      const what = rel.times?.kind === 'interval' ? 'An interval join' : windowJoin(rel) && 'A window join'
      if (what !== undefined) {
        for (const side of [rel.left, rel.right]) refuseUpdates(rel, side, memo, what, true)
        return done([input(rel.left, 'none'), input(rel.right, 'none')])
      }
      if (rel.times !== undefined) return done([input(rel.left, needed), newVersions(rel.right, memo, context)])
      const pairs = equalColumns(rel)
      const width = rel.left.schema.length
      const sides = [
        { child: rel.left, columns: pairs.map(([left]) => left) },
        { child: rel.right, columns: pairs.map(([, right]) => right - width) },
      ]
      return done(
        sides.map(({ child, columns }) => {
          if (needed !== 'after') return input(child, 'both')
          const unique = upsertKeys(child).some((key) => key.every((column) => columns.includes(column)))
          return kindsOf(child, memo).update && !unique ? undefined : input(child, 'after')
        }),
      )
    }
    case 'deduplicate':
      refuseUpdates(rel, rel.input, memo, 'A deduplication by time', true)
      return done([input(rel.input, 'none')])
    case 'window-rank':
      refuseUpdates(rel, rel.input, memo, 'A top-n of windows', true)
      return done([input(rel.input, 'none')])
    case 'temporal-sort':
      refuseUpdates(rel, rel.input, memo, 'ORDER BY a time attribute', true)
      return done([input(rel.input, 'none')])
    case 'match':
      refuseUpdates(rel, rel.input, memo, 'MATCH_RECOGNIZE', true)
      return done([input(rel.input, 'none')])
    case 'rank': {
      const below = kindsOf(rel.input, memo)
      const after = below.update && !below.delete ? input(rel.input, 'after') : undefined
      const fast = after !== undefined && rankStrategy(rel, after).kind === 'update'
      return done([fast ? after : input(rel.input, 'both')])
    }
    case 'row-number':
      return refuseRowNumber(rel)
    case 'union':
      return done(rel.inputs.map((child) => input(child, needed)))
    case 'collect':
      return done([input(rel.input, 'both')], kinds.update ? 'both' : 'none')
    case 'sink':
      return planSink(rel, memo, context, kinds)
  }
}

/** A version begins with its row: old rows of updates say nothing new, and an upsert source is read as it is. */
function newVersions(rel: Rel, memo: Memo, context: PlannerContext): Planned | undefined {
  const after = plan(rel, 'after', memo, context)
  if (after !== undefined || !kindsOf(rel, memo).update) return after ?? plan(rel, 'none', memo, context)
  const both = plan(rel, 'both', memo, context)
  return both && { ...both, dropUpdateBefore: true }
}

// ---- Sinks -----------------------------------------------------------------------------------------------------------

function planSink(rel: SinkRel, memo: Memo, context: PlannerContext, kinds: Kinds): Planned {
  const requested: ChangelogMode = { updateBefore: kinds.update, updateAfter: kinds.update, delete: kinds.delete }
  const accepted = rel.accepts(requested)
  const refused = [
    kinds.update && !accepted.updateAfter && 'updates',
    kinds.delete && !accepted.delete && 'deletes',
  ].filter(Boolean)
  if (refused.length > 0) refuseSink(rel, refused.join(' and '), memo)
  const finish = (input: Planned | undefined): Planned | undefined =>
    input && {
      rel,
      inputs: [input],
      mode: {
        updateBefore: input.mode.updateBefore && !input.dropUpdateBefore,
        updateAfter: kinds.update,
        delete: kinds.delete,
      },
      dropUpdateBefore: false,
    }
  checkSinkKey(rel, kinds.update || kinds.delete, context)
  if (!kinds.update) return finish(plan(rel.input, 'none', memo, context)) as Planned
  if (accepted.updateBefore || (takesChangesByKey(rel) && keyOfSink(rel) === 'wider')) {
    return finish(plan(rel.input, 'both', memo, context)) as Planned
  }
  const upsert = finish(plan(rel.input, 'after', memo, context))
  if (upsert !== undefined) return upsert
  // Old rows are needed on the way (a filter); they are dropped in front of the sink.
  const both = plan(rel.input, 'both', memo, context) as Planned
  return finish({ ...both, dropUpdateBefore: true }) as Planned
}

function refuseSink(rel: SinkRel, changes: string, memo: Memo): never {
  const maker = makerOf(rel.input, memo)
  const connector = rel.table.options.connector ?? rel.table.options['connector.type'] ?? ''
  fail(
    'PLAN_SINK_CHANGES',
    {
      table: rel.catalogTable.path.name,
      connector,
      changes,
      cause: describeMaker(maker),
      hint: 'Ways out: write to a table that takes updates (a PRIMARY KEY with upsert-kafka, or print to look at them), or group by windows (TUMBLE, HOP …), whose results are final.',
    },
    maker.place ?? rel.place ?? {},
  )
}

// ---- What cannot take changes ----------------------------------------------------------------------------------------

/** What takes changes instead, by what does not. */
const CHANGES_INSTEAD: Readonly<Record<string, string>> = {
  'A window aggregate': "A group window takes changes: GROUP BY TUMBLE(ts, INTERVAL '5' SECOND), or HOP or SESSION.",
  'An OVER aggregate': 'Ordered by a column that is no time attribute, OVER takes changes.',
  'An interval join':
    'A join without bounds on time takes changes; FOR SYSTEM_TIME AS OF joins the versions of a table.',
  'A window join': 'A join of tables instead of windows takes changes.',
  'ORDER BY a time attribute': 'ORDER BY … LIMIT n takes changes.',
}
const BELOW_CHANGES = 'Or put it below what makes the changes, where rows are only added.'

function refuseUpdates(rel: Rel, input: Rel, memo: Memo, what: string, refuses: boolean): void {
  const kinds = kindsOf(input, memo)
  if (!refuses || (!kinds.update && !kinds.delete)) return
  const maker = makerOf(input, memo)
  const instead = CHANGES_INSTEAD[what]
  const hint = instead === undefined ? BELOW_CHANGES.replace('Or put', 'Put') : `${instead} ${BELOW_CHANGES}`
  fail(
    'PLAN_INPUT_CHANGES',
    { what, changes: 'updates and deletes', cause: describeMaker(maker), hint },
    maker.place ?? rel.place ?? {},
  )
}

function refuseAppendOnlyAggregates(
  rel: Rel & { readonly kind: 'aggregate' | 'group-window-aggregate' },
  memo: Memo,
  context: PlannerContext,
): void {
  const kinds = kindsOf(rel.input, memo)
  if (!kinds.update && !kinds.delete) return
  for (const call of rel.calls) {
    const fn = aggregateLookup(context)(call.fn, call.user === true)
    if (fn === undefined || fn.retracts) continue
    const maker = makerOf(rel.input, memo)
    const hint =
      call.user === true
        ? `Implement retract(accumulator, …) in '${fn.name}', which takes a row back, or use it on append-only rows.`
        : `${call.fn} has no way to take a row back; use it on append-only rows, or another aggregate.`
    fail(
      'PLAN_INPUT_CHANGES',
      { what: fn.name, changes: 'updates and deletes', cause: describeMaker(maker), hint },
      rel.place ?? {},
    )
  }
}

/** Windows that are put together from parts add up accumulators, which not every aggregate can. */
function refuseUnmergeable(
  rel: Rel & { readonly kind: 'window-aggregate' | 'group-window-aggregate' },
  shape: string,
  context: PlannerContext,
): void {
  if (shape === 'tumble') return
  for (const call of rel.calls) {
    const fn = aggregateLookup(context)(call.fn, call.user === true)
    if (fn !== undefined && !fn.merges) {
      const hint =
        call.user === true ? `Implement merge(accumulator, others) in '${fn.name}', or use TUMBLE windows.` : undefined
      fail('PLAN_AGGREGATE_MERGE', { name: fn.name, window: shape.toUpperCase(), hint }, rel.place ?? {})
    }
  }
}

/** The lowest node that makes changes out of a stream without any. */
function makerOf(rel: Rel, memo: Memo): Rel {
  const changes = (r: Rel) => kindsOf(r, memo).update || kindsOf(r, memo).delete
  const below = inputsOfRel(rel).find(changes)
  return below === undefined ? rel : makerOf(below, memo)
}

const MAKERS: Partial<Record<Rel['kind'], string>> = {
  aggregate: 'the aggregation without windows (GROUP BY, DISTINCT or UNION)',
  join: 'the outer or anti join',
  rank: 'the top-n',
  deduplicate: 'the deduplication',
  normalize: 'the upsert table',
  over: 'the OVER aggregate that is not ordered by time',
}

function describeMaker(rel: Rel): string {
  const what = rel.kind === 'scan' ? `the table '${rel.catalogTable.path.name}'` : (MAKERS[rel.kind] ?? 'the query')
  const piece = pieceOf(rel.place)
  return piece === undefined ? what : `${what}: ${piece}`
}

/** The SQL of a place in one line, with its position. */
function pieceOf(place: Place | undefined): string | undefined {
  if (place?.source === undefined) return undefined
  const { text } = place.source
  const piece = text.slice(place.span.start, place.span.end).replace(/\s+/g, ' ').trim()
  const { line, column } = lineColumn(text, place.span.start)
  return `«${piece.length > 80 ? `${piece.slice(0, 77)}…` : piece}» (line ${line}, column ${column})`
}
