/** Result types of string functions, computed from the argument's length. */
import { computed, type Result } from '../../../expr/signature.ts'
import { isBinary, isCharacter } from '../../../types/family.ts'
import { BYTES, type LogicalType, MAX_LENGTH, STRING } from '../../../types/logical-type.ts'

/** VARCHAR(n) of an argument CHAR(n) or VARCHAR(n). */
export function varcharOf(index: number): Result {
  return computed((args) => {
    const { type } = args[index]
    if (isCharacter(type)) return { kind: 'VARCHAR', nullable: true, length: type.length }
    if (isBinary(type)) return { kind: 'VARBINARY', nullable: true, length: type.length }
    return STRING
  })
}

/** Lengths added up, at most the longest there is. */
export function addLengths(a: number, b: number): number {
  return Math.min(MAX_LENGTH, a + b)
}

/** Type of `a || b`. */
export function concatenated(a: LogicalType, b: LogicalType): LogicalType | undefined {
  if (isCharacter(a) && isCharacter(b)) {
    const kind = a.kind === 'CHAR' && b.kind === 'CHAR' ? 'CHAR' : 'VARCHAR'
    return { kind, nullable: true, length: addLengths(a.length, b.length) }
  }
  if (isBinary(a) && isBinary(b)) {
    const kind = a.kind === 'BINARY' && b.kind === 'BINARY' ? 'BINARY' : 'VARBINARY'
    return { kind, nullable: true, length: addLengths(a.length, b.length) }
  }
  if (a.kind === 'NULL') return b.kind === 'NULL' || isBinary(b) ? BYTES : STRING
  return undefined
}
