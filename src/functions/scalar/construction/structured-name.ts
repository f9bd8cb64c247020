import { quoteName, type RowField, typeText } from '../../../types/logical-type.ts'

/** How Flink writes a structured type whose class it does not have. */
export function structuredName(className: string, fields: readonly RowField[]): string {
  const shown = fields.map((field) => `${quoteName(field.name)} ${typeText(field.type)}`)
  return `STRUCTURED<'${className}', ${shown.join(', ')}>`
}
