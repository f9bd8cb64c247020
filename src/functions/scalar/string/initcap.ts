import { args, noNullLiteral, ofArg } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const initcap = scalar({
  name: 'INITCAP',
  theme: 'string',
  doc: 'A string with the first letter of each word in upper case and the others in lower case; only ASCII letters change.',
  signature: args([noNullLiteral(STRING)], ofArg(0)),
  nulls: 'propagate',
  eval: (text: string) =>
    text.replaceAll(/[A-Za-z0-9]+/g, (word) => word[0].toUpperCase() + word.slice(1).toLowerCase()),
  examples: [
    ["INITCAP('hello wORLD')", 'Hello World'],
    ["INITCAP('o''neil')", "O'Neil"],
  ],
})
