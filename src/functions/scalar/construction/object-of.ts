import { custom } from '../../../expr/signature.ts'
import { type RowField, withoutAttribute } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { structuredName } from './structured-name.ts'

const CLASS_NAME = /^[\p{L}_$][\p{L}\p{N}_$]*(?:\.[\p{L}_$][\p{L}\p{N}_$]*)*$/u

export const objectOf = scalar({
  name: 'OBJECT_OF',
  theme: 'construction',
  doc: 'A structured value of a class name and fields: OBJECT_OF(class, name, value, …).',
  signature: custom(
    ['OBJECT_OF(<STRING literal>, [<STRING literal>, ANY]…)'],
    1,
    Number.POSITIVE_INFINITY,
    ([name, ...pairs]) => {
      const className = name.literal?.value
      if (typeof className !== 'string' || !CLASS_NAME.test(className) || pairs.length % 2 !== 0) return undefined
      const fields: RowField[] = []
      for (let i = 0; i < pairs.length; i += 2) {
        const field = pairs[i].literal?.value
        if (typeof field !== 'string' || fields.some((known) => known.name === field)) return undefined
        fields.push({ name: field, type: withoutAttribute(pairs[i + 1].type) })
      }
      return {
        args: [name, ...pairs].map((arg) => withoutAttribute(arg.type)),
        returns: { kind: 'STRUCTURED', nullable: true, className: structuredName(className, fields), fields },
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
