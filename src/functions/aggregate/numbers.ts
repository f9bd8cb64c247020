/** Source fragments for arithmetic on accumulators, by type. */
import { addLong, decimalSum, subtractLong } from '../../types/exact-arithmetic.ts'
import { BIGINT, BOOLEAN, type LogicalType, notNull } from '../../types/logical-type.ts'
import { physicalOf } from '../../types/value.ts'
import type { KernelCode } from './contract.ts'

export const COUNTER = notNull(BIGINT)
export const FLAG = notNull(BOOLEAN)

/**
 * Statements that store `a ± b` in accumulator k: integers wrap as Java's do, FLOAT rounds, a DECIMAL that overflows its 38
 * digits runs `overflow` instead.
 */
export function plus(code: KernelCode, k: number, type: LogicalType, a: string, b: string, overflow = ''): string {
  return combine(code, k, type, '+', a, b, overflow)
}
export function minus(code: KernelCode, k: number, type: LogicalType, a: string, b: string, overflow = ''): string {
  return combine(code, k, type, '-', a, b, overflow)
}

function combine(
  code: KernelCode,
  k: number,
  type: LogicalType,
  operator: '+' | '-',
  a: string,
  b: string,
  overflow: string,
): string {
  const plain = `${a} ${operator} ${b}`
  switch (type.kind) {
    case 'TINYINT':
      return `${code.acc(k)} = ((${plain}) << 24) >> 24;`
    case 'SMALLINT':
      return `${code.acc(k)} = ((${plain}) << 16) >> 16;`
    case 'FLOAT':
      return `${code.acc(k)} = Math.fround(${plain});`
    case 'DOUBLE':
      return `${code.acc(k)} = ${plain};`
    default:
      if (physicalOf(type) === 'int32') return `${code.acc(k)} = (${plain}) | 0;`
  }
  const [x, y, t] = [code.temp(), code.temp(), code.temp()]
  // Both numbers and their sum safe: by far the usual case, also for DECIMAL (a safe integer has 16 digits at most).
  const fast = `const ${x} = ${a}, ${y} = ${b}; let ${t} = typeof ${x} === 'number' && typeof ${y} === 'number' ? ${x} ${operator} ${y} : NaN;
    if (${t} >= -9007199254740991 && ${t} <= 9007199254740991) ${code.acc(k)} = ${t};`
  if (type.kind === 'DECIMAL') {
    const sum = code.use(decimalSum(operator === '-', type.scale, type.scale, type), 'decimalSum')
    return `{ ${fast} else { ${t} = ${sum}(${x}, ${y}); if (${t} === null) { ${overflow} } else { ${code.set(k, t)} } } }`
  }
  const sum = code.use(operator === '+' ? addLong : subtractLong, 'sum')
  return `{ ${fast} else { ${code.set(k, `${sum}(${x}, ${y})`)} } }`
}
