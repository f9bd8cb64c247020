import { args, nullable } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { wellFormed } from './code-points.ts'

export const urlEncode = scalar({
  name: 'URL_ENCODE',
  theme: 'string',
  doc: 'A string in the form application/x-www-form-urlencoded, in UTF-8.',
  signature: args([STRING], nullable(STRING)),
  nulls: 'propagate',
  eval: (text: string) =>
    encodeURIComponent(wellFormed(text))
      .replaceAll('%20', '+')
      .replaceAll(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`),
  examples: [["URL_ENCODE('a b&c=d/é?')", 'a+b%26c%3Dd%2F%C3%A9%3F']],
})
