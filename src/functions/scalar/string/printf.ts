import { ANY, args, nullable, variadic } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { formatJava, type JavaArgument, javaArgument } from './java-format.ts'

export const printf = scalar({
  name: 'PRINTF',
  theme: 'string',
  doc: 'Values put into a format of java.util.Formatter; NULL where the format or a value does not fit.',
  signature: args([STRING, variadic(ANY)], nullable(STRING)),
  nulls: 'custom',
  prepare: (site) => {
    const toJava = site.args.slice(1).map((arg) => javaArgument(arg.type))
    return (format: string | null, ...values: Value[]) => {
      if (format === null) return null
      const given: JavaArgument[] = values.map((value, i) => (value === null ? null : toJava[i](value)))
      return formatJava(format, given) ?? null
    }
  },
  examples: [
    ["PRINTF('%5d|%s', 42, 'a')", '   42|a'],
    ["PRINTF('%.2f', CAST(3.14159 AS DOUBLE))", '3.14'],
    ["PRINTF('%d', 'x')", 'NULL'],
  ],
})
