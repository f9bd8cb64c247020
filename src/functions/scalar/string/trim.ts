import { custom } from '../../../expr/signature.ts'
import { isCharacter } from '../../../types/family.ts'
import type { LengthType, LogicalType } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { trim as trimCharacters } from './trim-characters.ts'

export const trim = scalar({
  name: 'TRIM',
  theme: 'string',
  doc: "A string without the given characters (blanks by default) at the start (LEADING), the end (TRAILING) or both: TRIM(LEADING 'x' FROM s).",
  signature: custom(['TRIM([BOTH | LEADING | TRAILING] [characters] FROM text)', 'TRIM(text)'], 1, 3, (given) => {
    const strings = given.filter((arg) => arg.type.kind !== 'SYMBOL')
    if (given.length === 2 || strings.length !== (given.length === 1 ? 1 : 2)) return undefined
    if (!strings.every((arg) => isCharacter(arg.type))) return undefined
    const text = given[given.length - 1].type as LengthType
    const type: LogicalType = {
      kind: 'VARCHAR',
      nullable: strings.some((arg) => arg.type.nullable),
      length: text.length,
    }
    return { args: given.map((arg) => arg.type), returns: type }
  }),
  nulls: 'propagate',
  prepare: (site) => {
    if (site.args.length === 1) return (text: string) => trimCharacters(text, ' ', true, true)
    const side = site.args[0].literal?.value
    const leading = side !== 'TRAILING'
    const trailing = side !== 'LEADING'
    return (_side: never, characters: string, text: string) => trimCharacters(text, characters, leading, trailing)
  },
  examples: [
    ["TRIM('  a ')", 'a'],
    ["TRIM(LEADING 'x' FROM 'xxaxx')", 'axx'],
    ["TRIM(BOTH 'ab' FROM 'abcba')", 'c'],
  ],
})
