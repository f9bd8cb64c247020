import { args, noNullLiteral, returns, variadic } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const concatWs = scalar({
  name: 'CONCAT_WS',
  theme: 'string',
  doc: 'The strings that are not NULL, with a separator between them; NULL when the separator is NULL.',
  signature: args([noNullLiteral(STRING), variadic(noNullLiteral(STRING))], returns(STRING)),
  nulls: 'custom',
  eval: (separator: string | null, ...texts: (string | null)[]) =>
    separator === null ? null : texts.filter((text) => text !== null).join(separator),
  examples: [
    ["CONCAT_WS('-', 'a', CAST(NULL AS STRING), 'b')", 'a-b'],
    ["CONCAT_WS(CAST(NULL AS STRING), 'a')", 'NULL'],
  ],
})
