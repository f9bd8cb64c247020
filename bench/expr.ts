/**
 * What an expression costs: rows per CPU-second, compiled and interpreted.
 *
 * `node --conditions=rivulet-source bench/expr.ts [milliseconds per measurement]`
 */
import { type CompileMode, compileCalc } from '../src/expr/compile.ts'
import type { CallExpr, Expr } from '../src/expr/expr.ts'
import type { EvalContext } from '../src/expr/function.ts'
import { builtInFunctions, findScalarFunction } from '../src/functions/registry.ts'
import { type Batch, batchOf, type Schema } from '../src/types/batch.ts'
import { castIsVoid } from '../src/types/common-type.ts'
import {
  BIGINT,
  DOUBLE,
  decimal,
  INT,
  INTERVAL_DAY_TO_SECOND,
  type LogicalType,
  notNull,
  STRING,
  sameType,
  timestamp,
} from '../src/types/logical-type.ts'
import type { Value } from '../src/types/value.ts'

const budget = Number(process.argv[2] ?? 400)
const ROWS = 4096

const context: EvalContext = {
  timeZone: 'Asia/Shanghai',
  now: () => 0,
  queryStart: 0,
  random: () => 0.5,
  watermark: () => undefined,
  option: () => undefined,
}

const schema: Schema = [
  { name: 'i', type: INT },
  { name: 'l', type: BIGINT },
  { name: 'd', type: DOUBLE },
  { name: 'm', type: decimal(10, 2) },
  { name: 's', type: STRING },
  { name: 't', type: timestamp(3) },
  { name: 'n', type: notNull(INT) },
]

const words = ['beijing', 'shanghai', 'hangzhou', 'shenzhen', 'jiangxi', 'chongqing', 'xizang']
const batch: Batch = batchOf(
  schema,
  Array.from({ length: ROWS }, (_, r) => [
    r % 97 === 0 ? null : r - 2000,
    r * 1_000_003,
    r * 0.37,
    (r * 7919) % 1_000_000,
    words[r % words.length],
    1_599_041_610_000 + r * 333,
    r,
  ]),
)

const column = (name: string): Expr => {
  const index = schema.findIndex((field) => field.name === name)
  return { kind: 'input', index, type: schema[index].type }
}
const literal = (value: Value, type: LogicalType): Expr => ({ kind: 'literal', value, type: notNull(type) })

function cast(arg: Expr, type: LogicalType): Expr {
  return { kind: 'cast', arg, safe: false, type: { ...type, nullable: arg.type.nullable } }
}

function call(fn: string, ...args: Expr[]): CallExpr {
  const infos = args.map((arg) => ({
    type: arg.type,
    literal: arg.kind === 'literal' ? { value: arg.value } : undefined,
  }))
  const resolution = findScalarFunction(fn)?.signature.resolve(infos, context)
  if (resolution === undefined) throw new Error(`no ${fn} for these arguments`)
  const cased = args.map((arg, i) => {
    const type = resolution.args[i]
    return sameType(arg.type, type, true) || castIsVoid(arg.type, type) ? arg : cast(arg, type)
  })
  return { kind: 'call', fn, args: cased, type: resolution.returns }
}

const [i, l, d, m, s, t, n] = ['i', 'l', 'd', 'm', 's', 't', 'n'].map(column)
const int = (value: number) => literal(value, INT)
const text = (value: string) => literal(value, STRING)

interface Case {
  readonly name: string
  readonly projections: readonly Expr[]
  readonly condition?: Expr
}

const cases: readonly (() => Case)[] = [
  () => ({ name: 'i + 1', projections: [call('+', i, int(1))] }),
  () => ({ name: 'l * 3 + i', projections: [call('+', call('*', l, int(3)), i)] }),
  () => ({
    name: 'd * 1.5e0 + d / 2',
    projections: [call('+', call('*', d, literal(1.5, DOUBLE)), call('/', d, int(2)))],
  }),
  () => ({ name: 'm + m (DECIMAL)', projections: [call('+', m, m)] }),
  () => ({ name: 'm * 1.19 (DECIMAL)', projections: [call('*', m, literal(119, decimal(3, 2)))] }),
  () => ({ name: 'm / 3 (DECIMAL)', projections: [call('/', m, int(3))] }),
  () => ({
    name: 'CASE n % 7 WHEN 0, 1, 2 … END',
    projections: [
      {
        kind: 'case',
        type: INT,
        branches: [0, 1, 2].map((k) => ({ when: call('=', call('%', n, int(7)), int(k)), result: int(k * 10) })),
        otherwise: literal(-1, INT),
      },
    ],
  }),
  () => ({
    name: 'WHERE i > 0 AND d < 1000, two columns',
    condition: call('AND', call('>', i, int(0)), call('<', d, literal(1000, DOUBLE))),
    projections: [i, call('+', d, d)],
  }),
  () => ({ name: "t - INTERVAL '2' SECOND", projections: [call('-', t, literal(2000, INTERVAL_DAY_TO_SECOND))] }),
  () => ({ name: "WHERE s LIKE '%zh%'", condition: call('LIKE', s, text('%zh%')), projections: [s] }),
  () => ({ name: "s = 'beijing'", projections: [call('=', s, text('beijing'))] }),
  () => ({ name: 'CAST(i AS STRING)', projections: [cast(i, STRING)] }),
  () => ({ name: 'CAST(d AS STRING)', projections: [cast(d, STRING)] }),
  () => ({ name: 'CAST(t AS STRING)', projections: [cast(t, STRING)] }),
  () => ({ name: 'CAST(d AS INT)', projections: [cast(d, INT)] }),
  () => ({ name: 'UPPER(SUBSTRING(s, 2, 3))', projections: [call('UPPER', call('SUBSTRING', s, int(2), int(3)))] }),
  () => ({
    name: "DATE_FORMAT(t, 'yyyy-MM-dd HH:mm')",
    projections: [call('DATE_FORMAT', t, text('yyyy-MM-dd HH:mm'))],
  }),
  () => ({
    name: "JSON_VALUE('{\"a\":1}', '$.a')",
    projections: [call('JSON_VALUE', call('COALESCE', text('{"a":1}'), s), text('$.a'))],
  }),
]

function measure(spec: Case, mode: CompileMode): number {
  const calc = compileCalc({ input: schema, lookup: builtInFunctions, context, mode, ...spec })
  for (let warm = 0; warm < (mode === 'compiled' ? 60 : 6); warm++) calc.run(batch)
  const from = process.cpuUsage()
  let rows = 0
  for (;;) {
    calc.run(batch)
    rows += ROWS
    const used = process.cpuUsage(from)
    const micros = used.user + used.system
    if (micros >= budget * 1000) return rows / (micros / 1e6)
  }
}

const rate = (rows: number) => `${(rows / 1e6).toFixed(rows < 1e7 ? 2 : 0)} M`.padStart(9)

console.log(`${'rows per CPU-second'.padEnd(42)}  compiled  interpreted`)
for (const make of cases) {
  let spec: Case
  try {
    spec = make()
  } catch (error) {
    console.log(`skipped: ${(error as Error).message}`)
    continue
  }
  console.log(`${spec.name.padEnd(42)} ${rate(measure(spec, 'compiled'))}    ${rate(measure(spec, 'interpreted'))}`)
}
