/**
 * What a call of a user's function costs per row, over the same work written in SQL.
 *
 * `node --conditions=rivulet-source bench/udf.ts [milliseconds per measurement]`
 *
 * Both are compiled calcs over batches of 4096 rows in memory; the difference is the call alone: arguments to program values,
 * the function, the check of its result, the result back. Nanoseconds of CPU per row, best of five rounds.
 */
import { DataTypes } from '../src/engine/data-types.ts'
import type { UserDefinedFunction } from '../src/engine/functions/declared.ts'
import { udf } from '../src/engine/functions/scalar.ts'
import { compileCalc } from '../src/expr/compile.ts'
import type { Expr } from '../src/expr/expr.ts'
import type { EvalContext, ScalarFunction } from '../src/expr/function.ts'
import { findScalarFunction } from '../src/functions/registry.ts'
import { batchOf, type Schema } from '../src/types/batch.ts'
import { BIGINT, DOUBLE, INT, type LogicalType, STRING, timestamp } from '../src/types/logical-type.ts'

const budget = Number(process.argv[2] ?? 300)
const ROWS = 4096
const TARGET_NS = 100

const context: EvalContext = {
  timeZone: 'UTC',
  now: () => 0,
  queryStart: 0,
  random: () => 0.5,
  watermark: () => undefined,
  option: () => undefined,
}

const schema: Schema = [
  { name: 'i', type: INT },
  { name: 'd', type: DOUBLE },
  { name: 'l', type: BIGINT },
  { name: 's', type: STRING },
  { name: 't', type: timestamp(3) },
]
const batch = batchOf(
  schema,
  Array.from({ length: ROWS }, (_, r) => [
    r % 97 === 0 ? null : r,
    r * 0.37,
    r * 1_000_003,
    `name${r % 50}`,
    r * 60_000,
  ]),
)

const column = (index: number): Expr => ({ kind: 'input', index, type: schema[index].type })
const call = (fn: string, type: LogicalType, ...args: Expr[]): Expr => ({ kind: 'call', fn, args, type })
const literal = (value: number, type: LogicalType): Expr => ({ kind: 'literal', value, type })

interface Case {
  readonly name: string
  readonly numeric: boolean
  readonly fn: UserDefinedFunction
  readonly args: readonly Expr[]
  readonly type: LogicalType
  /** The same in SQL; absent = the column itself, so that the whole call counts. */
  readonly inline: Expr
}

const { INT: I, DOUBLE: D, BIGINT: L, STRING: S, TIMESTAMP: T } = DataTypes
const cases: readonly Case[] = [
  {
    name: 'INT → INT       (n) => n * 3 + 1',
    numeric: true,
    fn: udf((n) => (n === null ? null : n * 3 + 1), { inputTypes: [I()], resultType: I() }),
    args: [column(0)],
    type: INT,
    inline: call('+', INT, call('*', INT, column(0), literal(3, INT)), literal(1, INT)),
  },
  {
    name: 'DOUBLE → DOUBLE (x) => x * 0.5 + 1',
    numeric: true,
    fn: udf((x) => (x === null ? null : x * 0.5 + 1), { inputTypes: [D()], resultType: D() }),
    args: [column(1)],
    type: DOUBLE,
    inline: call('+', DOUBLE, call('*', DOUBLE, column(1), literal(0.5, DOUBLE)), literal(1, DOUBLE)),
  },
  {
    name: '2 × DOUBLE      (x, y) => x * y',
    numeric: true,
    fn: udf((x, y) => (x === null || y === null ? null : x * y), { inputTypes: [D(), D()], resultType: D() }),
    args: [column(1), column(1)],
    type: DOUBLE,
    inline: call('*', DOUBLE, column(1), column(1)),
  },
  {
    name: 'BIGINT as number (n) => n + 1',
    numeric: true,
    fn: udf((n) => (n === null ? null : n + 1), { inputTypes: [L({ as: 'number' })], resultType: L({ as: 'number' }) }),
    args: [column(2)],
    type: BIGINT,
    inline: call('+', BIGINT, column(2), literal(1, BIGINT)),
  },
  {
    name: 'BIGINT          (n) => n + 1n',
    numeric: false,
    fn: udf((n) => (n === null ? null : n + 1n), { inputTypes: [L()], resultType: L() }),
    args: [column(2)],
    type: BIGINT,
    inline: call('+', BIGINT, column(2), literal(1, BIGINT)),
  },
  {
    name: 'STRING → INT    (s) => s.length',
    numeric: false,
    fn: udf((s) => (s === null ? null : s.length), { inputTypes: [S()], resultType: I() }),
    args: [column(3)],
    type: INT,
    inline: call('CHAR_LENGTH', INT, column(3)),
  },
  {
    name: 'TIMESTAMP → INT (t) => t.epochMillis % 7',
    numeric: false,
    fn: udf((t) => (t === null ? null : t.epochMillis % 7), { inputTypes: [T(3)], resultType: I() }),
    args: [column(4)],
    type: INT,
    inline: column(0),
  },
]

/** Nanoseconds of CPU per row, one number per expression, measured in turns. */
function measure(exprs: readonly Expr[], fns: ReadonlyMap<string, ScalarFunction>): number[] {
  const lookup = { scalar: (name: string, user: boolean) => (user ? fns.get(name) : findScalarFunction(name)) }
  const calcs = exprs.map((expr) => compileCalc({ input: schema, projections: [expr], lookup, context }))
  const best = exprs.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < 6; round++) {
    calcs.forEach((calc, i) => {
      const until = performance.now() + budget / 5
      const before = process.cpuUsage()
      let rows = 0
      while (performance.now() < until) rows += calc.run(batch)?.length ?? 0
      const { user, system } = process.cpuUsage(before)
      // The first round is warming up.
      if (round > 0) best[i] = Math.min(best[i], ((user + system) * 1000) / rows)
    })
  }
  return best
}

console.log('function                                    inline   as udf   the call (ns/row)')
let over = 0
for (const { name, numeric, fn, args, type, inline } of cases) {
  const declared = fn.declare('f').fn as ScalarFunction
  const user: Expr = { kind: 'call', fn: 'f', user: true, args, type }
  const [plain, called] = measure([inline, user], new Map([['f', declared]]))
  const cost = called - plain
  if (numeric && cost > TARGET_NS) over++
  const cells = [plain, called, cost].map((ns) => ns.toFixed(1).padStart(8)).join(' ')
  console.log(`${name.padEnd(42)} ${cells}${numeric ? (cost > TARGET_NS ? '  over the target' : '') : ''}`)
}
console.log(`target: below ${TARGET_NS} ns for numbers${over === 0 ? ', met' : `, missed by ${over}`}`)
