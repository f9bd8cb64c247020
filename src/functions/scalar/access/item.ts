/**
 * `array[i]`, `map[key]`, `variant[i]`, `variant['key']`.
 *
 * Law: where there is no such element, the result is NULL for elements that may be NULL; for elements that are NOT NULL it is
 * Flink's default of the type: -1 for numbers and dates, FALSE, blanks for CHAR and the empty string, NULL for the others.
 */
import { fail } from '../../../base/errors.ts'
import { custom } from '../../../expr/signature.ts'
import { leastRestrictive } from '../../../types/common-type.ts'
import { equalityOf } from '../../../types/compare.ts'
import { isCharacter } from '../../../types/family.ts'
import type { LogicalType } from '../../../types/logical-type.ts'
import { withNullable } from '../../../types/logical-type.ts'
import type { MapValue, Value, VariantValue } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { isVariantNumber } from '../json/variant.ts'

export const item = scalar({
  name: 'ITEM',
  theme: 'access',
  doc: "An element of an array by its position (1-based), the value of a key of a map, or a part of a VARIANT: a[1], m['k'].",
  signature: custom(['ARRAY[INT]', 'MAP[key]', 'VARIANT[INT]', 'VARIANT[STRING]'], 2, 2, ([object, index]) => {
    const { type } = object
    switch (type.kind) {
      case 'ARRAY': {
        if (index.type.kind !== 'INTEGER') return undefined
        const position = index.literal?.value
        if (typeof position === 'number' && position < 1) return undefined
        return { args: [type, index.type], returns: withNullable(type.element, true) }
      }
      case 'MAP': {
        const key = leastRestrictive([withNullable(type.key, true), withNullable(index.type, true)])
        if (key === undefined || index.type.kind === 'NULL') return undefined
        // Texts are compared as they are; numbers meet in the type of the keys.
        const wanted = isCharacter(index.type) ? index.type : withNullable(type.key, index.type.nullable)
        return { args: [type, wanted], returns: withNullable(type.value, true) }
      }
      case 'VARIANT':
        if (index.type.kind !== 'INTEGER' && !isCharacter(index.type)) return undefined
        return { args: [type, index.type], returns: withNullable(type, true) }
      default:
        return undefined
    }
  }),
  nulls: 'propagate',
  prepare: ({ args: [{ type }] }) => {
    switch (type.kind) {
      case 'ARRAY': {
        const missing = defaultOf(type.element)
        return (array: readonly Value[], position: number) => {
          if (position < 1)
            return fail('FUNCTION_INVALID_ARGUMENT', {
              name: 'ARRAY[i]',
              problem: `the position is ${position}; the first is 1`,
            })
          return position <= array.length ? array[position - 1] : missing
        }
      }
      case 'MAP': {
        const missing = defaultOf(type.value)
        const equal = equalityOf(type.key)
        return (map: MapValue, key: Value) => {
          const { keys } = map
          for (let i = 0; i < keys.length; i++) if (equal(keys[i], key)) return map.values[i]
          return missing
        }
      }
      default:
        return variantItem
    }
  },
  examples: [
    ['ARRAY[10, 20][2]', '20'],
    ['ARRAY[10, 20][3]', '-1'],
    ["MAP['a', 1]['a']", '1'],
    ['ARRAY[10, 20][0]', { error: true }],
  ],
})

function defaultOf(type: LogicalType): Value {
  if (type.nullable) return null
  switch (type.kind) {
    case 'BOOLEAN':
      return false
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
    case 'FLOAT':
    case 'DOUBLE':
    case 'DATE':
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
      return -1
    case 'TIME':
      return 0
    case 'CHAR':
      return ' '.repeat(type.length)
    case 'VARCHAR':
      return ''
    default:
      return null
  }
}

function variantItem(value: VariantValue, index: number | string): Value {
  const { variant } = value
  if (
    typeof index === 'number'
      ? !Array.isArray(variant)
      : typeof variant !== 'object' || variant === null || Array.isArray(variant) || isVariantNumber(variant)
  )
    return fail('FUNCTION_INVALID_ARGUMENT', {
      name: 'VARIANT[…]',
      problem: `${JSON.stringify(variant)} is no ${typeof index === 'number' ? 'array' : 'object'}`,
    })
  if (typeof index === 'number') {
    const array = variant as readonly unknown[]
    return index >= 1 && index <= array.length ? { variant: array[index - 1] } : null
  }
  return Object.hasOwn(variant as object, index) ? { variant: (variant as Record<string, unknown>)[index] } : null
}
