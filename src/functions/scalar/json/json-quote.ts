import { args, returns } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

export const jsonQuote = scalar({
  name: 'JSON_QUOTE',
  theme: 'string',
  doc: 'A text as a JSON string of ASCII characters. Beyond U+FFFF Flink writes the whole code point and then its second half; so does this.',
  signature: args([STRING], returns(STRING)),
  nulls: 'propagate',
  eval: (text: string) => {
    let quoted = '"'
    for (let i = 0; i < text.length; i++) {
      const point = text.codePointAt(i) as number
      if (point > 0x7e) quoted += `\\u${point.toString(16).padStart(4, '0')}`
      else if (ESCAPES[text[i]] !== undefined) quoted += ESCAPES[text[i]]
      else quoted += point < 0x20 ? `\\u${point.toString(16).padStart(4, '0')}` : text[i]
    }
    return `${quoted}"`
  },
  examples: [
    [`JSON_QUOTE('a"b')`, '"a\\"b"'],
    ["JSON_QUOTE('é')", '"\\u00e9"'],
  ],
})
