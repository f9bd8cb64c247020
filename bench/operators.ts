/**
 * What operators cost per row: batches of plain columns driven straight into them, results dropped.
 *
 * `npm run bench -- operators [NAME]`. Figures are million input rows per CPU-second (user + system, all threads of the process,
 * garbage collection included), the best of three runs.
 */
import { builtInAggregates, findAggregateFunction } from '../src/functions/aggregate/index.ts'
import type { AggregateCall } from '../src/operators/aggregate-call.ts'
import type { NodeBase, Operator, OperatorContext, OperatorRuntime } from '../src/operators/contract.ts'
import { groupAggregateRuntime } from '../src/operators/group-aggregate/operator.ts'
import { groupAggregateState } from '../src/operators/group-aggregate/state.ts'
import { groupWindowAggregateRuntime } from '../src/operators/group-window-aggregate/operator.ts'
import { groupWindowAggregateState } from '../src/operators/group-window-aggregate/state.ts'
import type { JoinNode } from '../src/operators/join/node.ts'
import { joinRuntime } from '../src/operators/join/operator.ts'
import { joinState } from '../src/operators/join/state.ts'
import { windowAggregateRuntime } from '../src/operators/window-aggregate/operator.ts'
import { windowAggregateNodeState } from '../src/operators/window-aggregate/state.ts'
import { memoryBackend } from '../src/state/memory/backend.ts'
import type { Batch, Column, Schema } from '../src/types/batch.ts'
import { BIGINT, DOUBLE, INT, STRING, timestamp } from '../src/types/logical-type.ts'
import { INSERT_ONLY, RETRACT } from '../src/types/row-kind.ts'

const BATCH = 2048

/** A small linear congruential generator: the same rows in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 4294967296) * below)
  }
}

const int32 = (at: (i: number) => number): Column => ({
  physical: 'int32',
  values: Int32Array.from({ length: BATCH }, (_, i) => at(i)),
  nulls: null,
})
const exact = (at: (i: number) => number): Column => ({
  physical: 'exact',
  values: Float64Array.from({ length: BATCH }, (_, i) => at(i)),
  nulls: null,
})
const float64 = (at: (i: number) => number): Column => ({
  physical: 'float64',
  values: Float64Array.from({ length: BATCH }, (_, i) => at(i)),
  nulls: null,
})
const strings = (at: (i: number) => string): Column => ({
  physical: 'object',
  values: Array.from({ length: BATCH }, (_, i) => at(i)),
  nulls: null,
})
const batch = (columns: Column[], kinds: Uint8Array | null = null): Batch => ({ length: BATCH, columns, kinds })

let emitted = 0

function start<N extends NodeBase>(runtime: OperatorRuntime<N>, node: N, inputs: readonly Schema[]): Operator {
  const state = memoryBackend.open(node.state, { maxParallelism: 128, keyGroups: { start: 0, end: 128 }, now: () => 0 })
  const context = {
    inputs,
    state,
    out: {
      emit: (out: Batch) => {
        emitted += out.length
      },
      watermark() {},
    },
    evaluation: {
      timeZone: 'UTC',
      now: () => 0,
      queryStart: 0,
      random: () => 0,
      watermark: () => undefined,
      option: () => undefined,
    },
    functions: { scalar: () => undefined },
    expressions: 'compiled',
    counter: () => ({ add() {} }),
    gauge() {},
    downstreamEventTime: () => Number.POSITIVE_INFINITY,
  }
  return runtime.create(node, context as unknown as OperatorContext)
}

function calls(text: string, input: Schema, retract = false): AggregateCall[] {
  return [...text.matchAll(/(\w+)\((DISTINCT )?([^)]*)\)/g)].map(([name, fn, distinct, arg]) => {
    const args = arg === '*' ? [] : [input.findIndex((field) => field.name === arg)]
    const argTypes = args.map((c) => input[c].type)
    const resolution = findAggregateFunction(fn)?.signature.resolve(
      argTypes.map((type) => ({ type })),
      { timeZone: 'UTC', option: () => undefined },
    )
    if (resolution === undefined) throw new Error(`no ${name}`)
    return { fn, args, argTypes, distinct: distinct !== undefined, retract, type: resolution.returns, name }
  })
}

const base = { id: 1, version: 1, inputs: [], upsertKeys: [], description: '' }

function groupAggregate(aggregates: string, keyType: 'INT' | 'STRING', keys: number, retract = false) {
  const input: Schema = [
    { name: 'k', type: keyType === 'INT' ? INT : STRING },
    { name: 'v', type: INT },
    { name: 'w', type: BIGINT },
  ]
  const grouping = [0]
  const list = calls(aggregates, input, retract)
  const node = {
    ...base,
    kind: 'group-aggregate' as const,
    schema: [input[0], ...list.map(({ name, type }) => ({ name, type }))],
    changelog: RETRACT,
    state: groupAggregateState({ grouping, aggregates: list }, input, builtInAggregates),
    grouping,
    aggregates: list,
    emitUpdateBefore: true,
    inputRetracts: retract,
  }
  const next = numbers(7)
  const names = Array.from({ length: keys }, (_, i) => `customer-${i}`)
  const batches = Array.from({ length: 64 }, () => {
    const values: number[] = []
    const ks: number[] = []
    const kinds = retract ? new Uint8Array(BATCH) : null
    for (let i = 0; i < BATCH; i++) {
      // With retraction every second row takes back the one before it.
      const back = retract && i % 2 === 1
      ks[i] = back ? ks[i - 1] : next(keys)
      values[i] = back ? values[i - 1] : next(1000)
      if (kinds !== null && back && i % 4 === 1) kinds[i] = 3
    }
    const key = keyType === 'INT' ? int32((i) => ks[i]) : strings((i) => names[ks[i]])
    return batch([key, int32((i) => values[i]), exact((i) => values[i] * 3)], kinds)
  })
  return (rows: number) => {
    const operator = start(groupAggregateRuntime, node, [input])
    for (let done = 0, b = 0; done < rows; done += BATCH, b++) operator.onBatch(batches[b % batches.length], 0)
  }
}

function join(joinType: 'inner' | 'left', matches: number) {
  const side: Schema = [
    { name: 'k', type: INT },
    { name: 'v', type: INT },
    { name: 'w', type: BIGINT },
  ]
  const planned = {
    joinType,
    leftKeys: [0],
    rightKeys: [0],
    leftKey: { kind: 'none' },
    rightKey: { kind: 'none' },
  } as const
  const node: JoinNode = {
    ...base,
    kind: 'join',
    schema: [...side, ...side],
    changelog: RETRACT,
    state: joinState(planned, [side, side]),
    ...planned,
    filterNulls: [true],
  }
  return (rows: number) => {
    const operator = start(joinRuntime, node, [side, side])
    // Each key comes `matches` times on the left and once on the right.
    const half = rows / 2
    for (let done = 0; done < half; done += BATCH) {
      const at = (i: number) => Math.floor((done + i) / matches)
      operator.onBatch(batch([int32((i) => at(i)), int32((i) => i), exact((i) => done + i)]), 0)
      operator.onBatch(batch([int32((i) => (done + i) % (half / matches)), int32((i) => i), exact((i) => done + i)]), 1)
    }
  }
}

function tumble(kind: 'group' | 'table') {
  const input: Schema = [
    { name: 'provinceId', type: INT },
    { name: 'payAmount', type: DOUBLE },
    { name: 'rt', type: { ...timestamp(3), attribute: 'rowtime' } },
  ]
  const grouping = [0]
  const aggregates = calls('SUM(payAmount)', input)
  const window = {
    shape: { type: 'tumble', size: 5000, offset: 0 },
    timeColumn: 2,
    time: 'rowtime',
    timeZone: 'UTC',
  } as const
  const windowing = { kind: 'assign', window } as const
  const schema = [input[0], { name: 's', type: DOUBLE }, { name: 't', type: timestamp(3) }]
  const next = numbers(3)
  const batches = Array.from({ length: 64 }, () =>
    batch([int32(() => next(7)), float64(() => next(100000) + 0.25), exact(() => 0)]),
  )
  // 10 events per millisecond, partly out of order.
  const offsets = Float64Array.from({ length: BATCH }, (_, i) => Math.floor(i / 10) - next(500))
  return (rows: number) => {
    const operator =
      kind === 'group'
        ? start(
            groupWindowAggregateRuntime,
            {
              ...base,
              kind: 'group-window-aggregate' as const,
              schema,
              changelog: INSERT_ONLY,
              state: groupWindowAggregateState({ grouping, aggregates, window }, input, builtInAggregates),
              window,
              grouping,
              aggregates,
              properties: ['start' as const],
              inputRetracts: false,
            },
            [input],
          )
        : start(
            windowAggregateRuntime,
            {
              ...base,
              kind: 'window-aggregate' as const,
              schema,
              changelog: INSERT_ONLY,
              state: windowAggregateNodeState(
                { grouping, aggregates, windowing, partialSums: false },
                input,
                builtInAggregates,
              ),
              windowing,
              partialSums: false,
              grouping,
              aggregates,
              properties: ['start' as const],
            },
            [input],
          )
    for (let done = 0, b = 0; done < rows; done += BATCH, b++) {
      const now = 1_700_000_000_000 + done / 10
      const { columns } = batches[b % batches.length]
      const times = columns[2].values as Float64Array
      for (let i = 0; i < BATCH; i++) times[i] = now + offsets[i]
      operator.onBatch(batches[b % batches.length], 0)
      // On-periodic: a watermark every 200 ms of the clock, here every 16 batches.
      if (b % 16 === 15) operator.onWatermark(now - 2000)
    }
  }
}

const benches: Record<string, { readonly rows: number; readonly run: (rows: number) => void }> = {
  'group-aggregate COUNT, SUM · INT key, 1,000 groups': {
    rows: 8_000_000,
    run: groupAggregate('COUNT(*), SUM(v)', 'INT', 1000),
  },
  'group-aggregate COUNT, SUM · INT key, 100,000 groups': {
    rows: 8_000_000,
    run: groupAggregate('COUNT(*), SUM(v)', 'INT', 100_000),
  },
  'group-aggregate five functions · INT key': {
    rows: 8_000_000,
    run: groupAggregate('COUNT(*), SUM(w), MIN(v), MAX(v), AVG(v)', 'INT', 1000),
  },
  'group-aggregate COUNT, SUM · STRING key': {
    rows: 8_000_000,
    run: groupAggregate('COUNT(*), SUM(v)', 'STRING', 1000),
  },
  'group-aggregate COUNT(DISTINCT)': { rows: 4_000_000, run: groupAggregate('COUNT(DISTINCT v)', 'INT', 1000) },
  'group-aggregate SUM, MAX · retracting': {
    rows: 4_000_000,
    run: groupAggregate('SUM(v), MAX(v)', 'INT', 1000, true),
  },
  'join INNER · one match per row': { rows: 4_194_304, run: join('inner', 1) },
  'join INNER · four matches per right row': { rows: 4_194_304, run: join('inner', 4) },
  'join LEFT · one match per row': { rows: 4_194_304, run: join('left', 1) },
  'group window TUMBLE SUM(DOUBLE) · payment job': { rows: 40_000_000, run: tumble('group') },
  'table function TUMBLE SUM(DOUBLE) · payment job': { rows: 40_000_000, run: tumble('table') },
}

const wanted = process.argv[2]
for (const [name, { rows, run }] of Object.entries(benches)) {
  if (wanted !== undefined && !name.includes(wanted)) continue
  run(Math.floor(rows / 8 / BATCH) * BATCH)
  let best = 0
  emitted = 0
  for (let i = 0; i < 3; i++) {
    const before = process.cpuUsage()
    run(rows)
    const { user, system } = process.cpuUsage(before)
    best = Math.max(best, rows / (user + system))
  }
  process.stdout.write(
    `${name.padEnd(56)} ${best.toFixed(2).padStart(7)} M rows/CPU-s   ${(emitted / 3 / rows).toFixed(2)} out per in\n`,
  )
}
