/**
 * VAR_POP, VAR_SAMP, STDDEV_POP, STDDEV_SAMP.
 *
 * Algorithm  Welford: count, mean and the sum of squared distances m2, in DOUBLE whatever the argument's type
 * Law        digits are Flink's; where retraction has left a negative m2 the result is NULL; Flink computes the result behind the
 *            aggregate from m2 and the count, so that an update is emitted when either of them changed
 */
import { args, computed, NUMERIC } from '../../expr/signature.ts'
import { decimalToDouble, doubleToDecimal, saturateInt, saturateLong, wrapInteger } from '../../types/cast.ts'
import { avgType } from '../../types/common-type.ts'
import { DOUBLE, type LogicalType, notNull } from '../../types/logical-type.ts'
import type { AggregateKernel, KernelCode } from './contract.ts'
import { aggregate } from './define.ts'
import { COUNTER } from './numbers.ts'

interface Shape {
  readonly root: boolean
  readonly sample: boolean
}

function spread(name: string, aliases: readonly string[], doc: string, shape: Shape) {
  return aggregate({
    name,
    aliases,
    doc,
    signature: args(
      [NUMERIC],
      computed(([arg]) => avgType(arg.type)),
    ),
    emptyIsNull: true,
    retracts: true,
    merges: true,
    prepare: ({ argTypes, type }) => kernel(argTypes[0], type, shape),
  })
}

export const varPop = spread('VAR_POP', [], 'The population variance (divided by n).', { root: false, sample: false })
export const varSamp = spread('VAR_SAMP', ['VARIANCE'], 'The sample variance (divided by n − 1); NULL for one row.', {
  root: false,
  sample: true,
})
export const stddevPop = spread('STDDEV_POP', [], 'The population standard deviation.', { root: true, sample: false })
export const stddevSamp = spread('STDDEV_SAMP', ['STDDEV'], 'The sample standard deviation; NULL for one row.', {
  root: true,
  sample: true,
})

const [COUNT, MEAN, M2] = [0, 1, 2]

function kernel(argType: LogicalType, type: LogicalType, { root, sample }: Shape): AggregateKernel {
  const double = (code: KernelCode) => {
    if (argType.kind === 'DECIMAL') return `${code.use(decimalToDouble, 'toDouble')}(${code.arg(0)}, ${argType.scale})`
    return argType.kind === 'BIGINT' ? `Number(${code.arg(0)})` : code.arg(0)
  }
  return {
    rounds: true,
    accumulators: [
      { name: 'count', type: COUNTER },
      { name: 'mean', type: notNull(DOUBLE) },
      { name: 'm2', type: notNull(DOUBLE) },
    ],
    add(code) {
      const [v, d] = [code.temp(), code.temp()]
      return `{ const ${v} = ${double(code)}; ${code.acc(COUNT)}++; const ${d} = ${v} - ${code.acc(MEAN)};
        ${code.acc(MEAN)} += ${d} / ${code.acc(COUNT)}; ${code.acc(M2)} += ${d} * (${v} - ${code.acc(MEAN)}); }`
    },
    retract(code) {
      const [v, d] = [code.temp(), code.temp()]
      return `{ const ${v} = ${double(code)}; ${code.acc(COUNT)}--;
        if (${code.acc(COUNT)} === 0) { ${code.acc(MEAN)} = 0; ${code.acc(M2)} = 0; }
        else { const ${d} = ${v} - ${code.acc(MEAN)}; ${code.acc(MEAN)} -= ${d} / ${code.acc(COUNT)}; ${code.acc(M2)} -= ${d} * (${v} - ${code.acc(MEAN)}); } }`
    },
    merge(code) {
      const [n, d] = [code.temp(), code.temp()]
      return `if (${code.other(COUNT)} !== 0) {
        if (${code.acc(COUNT)} === 0) { ${code.acc(COUNT)} = ${code.other(COUNT)}; ${code.acc(MEAN)} = ${code.other(MEAN)}; ${code.acc(M2)} = ${code.other(M2)}; }
        else { const ${n} = ${code.acc(COUNT)} + ${code.other(COUNT)}, ${d} = ${code.other(MEAN)} - ${code.acc(MEAN)};
          ${code.acc(M2)} = ${code.acc(M2)} + ${code.other(M2)} + ${code.acc(COUNT)} * ${code.other(COUNT)} / ${n} * ${d} * ${d};
          ${code.acc(MEAN)} += ${code.other(COUNT)} / ${n} * ${d}; ${code.acc(COUNT)} = ${n}; } }`
    },
    result(code) {
      const t = code.temp('spread')
      const few = sample ? `${code.acc(COUNT)} === 1 || ` : ''
      const quotient = `${code.acc(M2)} / ${sample ? `(${code.acc(COUNT)} - 1)` : code.acc(COUNT)}`
      const nothing = type.nullable || type.kind === 'DECIMAL' ? 'null' : '-1'
      const convert = code.use(fromDouble(type), 'fromDouble')
      return {
        // A sample of one row has no spread; a column that cannot be NULL then holds Flink's default, −1.
        before: `const ${t} = ${few}${code.acc(COUNT)} <= 0 || ${code.acc(M2)} < 0 ? ${nothing} : ${convert}(${root ? `Math.sqrt(${quotient})` : quotient});`,
        value: t,
        isNull: `${t} === null`,
      }
    },
    changed: (code) => [code.acc(COUNT), code.acc(M2)],
  }
}

function fromDouble(type: LogicalType): (value: number) => number | bigint | null {
  switch (type.kind) {
    case 'TINYINT':
    case 'SMALLINT':
      return (value) => wrapInteger(saturateInt(value), type.kind)
    case 'INTEGER':
      return saturateInt
    case 'BIGINT':
      return saturateLong
    case 'FLOAT':
      return Math.fround
    case 'DECIMAL':
      return (value) => doubleToDecimal(value, type.precision, type.scale)
    default:
      return (value) => value
  }
}
