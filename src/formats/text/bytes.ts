/** Bytes of a bad record as a person can read them. */
const WIDTH = 40

/** Some bytes on both sides of `at`, with a mark between them; what is not printable ASCII or valid UTF-8 stands as \xNN. */
export function bytesAround(bytes: Uint8Array, at: number, start: number, end: number): string {
  const from = Math.max(start, at - WIDTH)
  const to = Math.min(end, at + WIDTH)
  const middle = Math.min(Math.max(at, from), to)
  const head = from > start ? '…' : ''
  const tail = to < end ? '…' : ''
  return `${head}${readable(bytes, from, middle)}⟪here⟫${readable(bytes, middle, to)}${tail}`
}

/** Bytes as text; printable ASCII as it is, whole UTF-8 characters as they are, the rest as \xNN. */
export function readable(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let i = from; i < to; ) {
    const byte = bytes[i]
    const length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0
    if (length === 1 && byte >= 0x20 && byte !== 0x7f) text += String.fromCharCode(byte)
    else {
      const whole = length > 1 && i + length <= to ? wholeCharacter(bytes.subarray(i, i + length)) : undefined
      if (whole !== undefined) {
        text += whole
        i += length
        continue
      }
      text += `\\x${byte.toString(16).padStart(2, '0').toUpperCase()}`
    }
    i++
  }
  return text
}

const decoder = new TextDecoder('utf-8')
function wholeCharacter(bytes: Uint8Array): string | undefined {
  const text = decoder.decode(bytes)
  return text.includes('\ufffd') ? undefined : text
}
