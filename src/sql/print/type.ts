/** Data types as SQL. */
import type { DataType, IntervalQualifier, RowTypeField } from '../ast.ts'
import { identifier, name, text } from './text.ts'

export function printType(type: DataType): string {
  return type.nullable ? printPlain(type) : `${printPlain(type)} NOT NULL`
}

function printPlain(type: DataType): string {
  switch (type.kind) {
    case 'basic-type': {
      if (type.name === 'TIME_LTZ') {
        return `TIME${type.precision === undefined ? '' : `(${type.precision})`} WITH LOCAL TIME ZONE`
      }
      if (type.precision === undefined) return type.name
      const scale = type.scale === undefined ? '' : `, ${type.scale}`
      return `${type.name}(${type.precision}${scale})`
    }
    case 'array-type':
      return `ARRAY<${printType(type.element)}>`
    case 'multiset-type':
      return `MULTISET<${printType(type.element)}>`
    case 'map-type':
      return `MAP<${printType(type.key)}, ${printType(type.value)}>`
    case 'row-type':
      return `ROW<${type.fields.map(printField).join(', ')}>`
    case 'raw-type':
      return `RAW(${text(type.className)}, ${text(type.serializer)})`
    case 'structured-type':
      return `STRUCTURED<${[text(type.className), ...type.fields.map(printField)].join(', ')}>`
    case 'interval-type':
      return `INTERVAL ${printQualifier(type.qualifier)}`
    case 'named-type':
      return name(type.name)
  }
}

function printField(field: RowTypeField): string {
  const comment = field.comment === undefined ? '' : ` ${text(field.comment)}`
  return `${identifier(field.name)} ${printType(field.type)}${comment}`
}

export function printQualifier(qualifier: IntervalQualifier): string {
  const { unit, precision, to, fraction } = qualifier
  const lead =
    precision === undefined ? '' : `(${precision}${to === undefined && fraction !== undefined ? `, ${fraction}` : ''})`
  if (to === undefined) return `${unit}${lead}`
  return `${unit}${lead} TO ${to}${fraction === undefined ? '' : `(${fraction})`}`
}
