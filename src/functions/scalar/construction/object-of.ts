import { custom } from '../../../expr/signature.ts'
import { quoteName, type RowField, typeText, withoutAttribute } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

/** How Flink writes the type of a class that it does not have. */
function structuredName(name: string, fields: readonly RowField[]): string {
  return `STRUCTURED<'${name}', ${fields.map((field) => `${quoteName(field.name)} ${typeText(field.type)}`).join(', ')}>`
}

export const objectOf = scalar({
  name: 'OBJECT_OF',
  theme: 'construction',
  doc: 'A structured value of a class name and fields: OBJECT_OF(class, name, value, …).',
  signature: custom(
    ['OBJECT_OF(<STRING literal>, [<STRING literal>, ANY]…)'],
    1,
    Number.POSITIVE_INFINITY,
    ([name, ...pairs]) => {
      if (typeof name.literal?.value !== 'string' || pairs.length % 2 !== 0) return undefined
      const fields: RowField[] = []
      for (let i = 0; i < pairs.length; i += 2) {
        const field = pairs[i].literal?.value
        if (typeof field !== 'string' || fields.some((known) => known.name === field)) return undefined
        fields.push({ name: field, type: withoutAttribute(pairs[i + 1].type) })
      }
      return {
        args: [name, ...pairs].map((arg) => withoutAttribute(arg.type)),
        returns: { kind: 'STRUCTURED', nullable: true, className: structuredName(name.literal.value, fields), fields },
      }
    },
  ),
  nulls: 'custom',
  eval: (_class: string, ...pairs: Value[]) => pairs.filter((_, i) => i % 2 === 1),
  examples: [
    ["OBJECT_OF('com.ex.User', 'name', 'bob', 'age', 42)", '(name=bob, age=42)'],
    ["OBJECT_OF('X', 'a', 1, 'a', 2)", { error: true }],
  ],
})
