/**
 * Base 64 as Jackson reads and writes it: the standard alphabet, padded, on one line; white space is passed over between
 * groups of four.
 */
// What is not behind the blank: white space and controls.
const GROUP = /[^\u0021-\uffff]*([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)/y
const BLANKS = /[^\u0021-\uffff]*$/y

/** The bytes of a text, undefined if it is no base 64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  let groups = ''
  let at = 0
  for (;;) {
    GROUP.lastIndex = at
    const match = GROUP.exec(text)
    if (match === null) break
    at = GROUP.lastIndex
    groups += match[1]
    if (match[1].endsWith('=')) break
  }
  BLANKS.lastIndex = at
  if (!BLANKS.test(text)) return undefined
  return Uint8Array.from(atob(groups), (c) => c.charCodeAt(0))
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
