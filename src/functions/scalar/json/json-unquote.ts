import { args, returns } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

export const jsonUnquote = scalar({
  name: 'JSON_UNQUOTE',
  theme: 'string',
  doc: 'The text of a JSON string; any other text, and one with a bad escape, stays as it is.',
  signature: args([STRING], returns(STRING)),
  nulls: 'propagate',
  eval: (text: string) => {
    if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text
    const inner = text.slice(1, -1)
    if (!inner.includes('\\')) return inner
    if (!/^(?:[^\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*$/.test(inner)) return text
    return inner.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code?: string, character?: string) =>
      code === undefined
        ? (ESCAPES[character as string] ?? (character as string))
        : String.fromCharCode(Number.parseInt(code, 16)),
    )
  },
  examples: [
    [`JSON_UNQUOTE('"abc"')`, 'abc'],
    [`JSON_UNQUOTE('"a\\u0041"')`, 'aA'],
    ["JSON_UNQUOTE('abc')", 'abc'],
  ],
})
