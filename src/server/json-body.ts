import { fail } from '../base/errors.ts'

/** JSON that cannot reach a prototype, in UTF-8 that is: a byte that is no character must not become part of a name. */
export function parseJsonBody(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body), (key, value) => {
      if (key === '__proto__')
        fail('SERVER_BAD_REQUEST', { detail: 'Request did not match expected format: __proto__.' })
      return value
    })
  } catch (error) {
    // SyntaxError: no JSON. RangeError: nested too deeply. TypeError: no UTF-8.
    if (![SyntaxError, RangeError, TypeError].some((type) => error instanceof type)) throw error
    return fail('SERVER_BAD_REQUEST', { detail: `Request did not match expected format: ${(error as Error).message}` })
  }
}
