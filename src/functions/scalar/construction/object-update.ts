import { custom } from '../../../expr/signature.ts'
import { withoutAttribute } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { structuredName } from './structured-name.ts'

export const objectUpdate = scalar({
  name: 'OBJECT_UPDATE',
  theme: 'construction',
  doc: 'A structured value with other values in some of its fields, whose types they bring: OBJECT_UPDATE(object, name, value, …).',
  signature: custom(
    ['OBJECT_UPDATE(STRUCTURED, [<STRING literal>, ANY]…)'],
    1,
    Number.POSITIVE_INFINITY,
    ([object, ...pairs]) => {
      const { type } = object
      if (type.kind !== 'STRUCTURED' || pairs.length % 2 !== 0) return undefined
      const fields = [...type.fields]
      const changed = new Set<number>()
      for (let i = 0; i < pairs.length; i += 2) {
        const place = fields.findIndex((field) => field.name === pairs[i].literal?.value)
        if (place < 0 || changed.has(place)) return undefined
        changed.add(place)
        fields[place] = { ...fields[place], type: withoutAttribute(pairs[i + 1].type) }
      }
      const className = /^STRUCTURED<'([^']*)'/.exec(type.className)?.[1] ?? type.className
      return {
        args: [type, ...pairs.map((arg) => withoutAttribute(arg.type))],
        returns: { ...type, className: structuredName(className, fields), fields },
      }
    },
  ),
  nulls: 'custom',
  prepare: ({ args: [object, ...pairs] }) => {
    const names = object.type.kind === 'STRUCTURED' ? object.type.fields.map((field) => field.name) : []
    const places = pairs.filter((_, i) => i % 2 === 0).map((name) => names.indexOf(String(name.literal?.value)))
    return (fields: readonly Value[] | null, ...values: Value[]) => {
      if (fields === null) return null
      const updated = [...fields]
      places.forEach((place, i) => {
        updated[place] = values[i * 2 + 1]
      })
      return updated
    }
  },
  examples: [
    ["OBJECT_UPDATE(OBJECT_OF('com.ex.User', 'name', 'bob', 'age', 42), 'age', 43)", '(name=bob, age=43)'],
    ["OBJECT_UPDATE(OBJECT_OF('com.ex.User', 'name', 'bob'), 'nope', 1)", { error: true }],
  ],
})
