/** Encodings of texts that Java always has; a character that an encoding lacks becomes `?`, as in Java. */
export interface Charset {
  decode(bytes: Uint8Array): string
  encode(text: string): Uint8Array
}

const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const utf8Encoder = new TextEncoder()

export function charsetOf(name: string): Charset | undefined {
  switch (name.trim().toUpperCase()) {
    case 'UTF-8':
    case 'UTF8':
      return { decode: (bytes) => utf8Decoder.decode(bytes), encode: (text) => utf8Encoder.encode(text) }
    case 'UTF-16BE':
      return utf16(false)
    case 'UTF-16LE':
      return utf16(true)
    case 'ISO-8859-1':
    case 'LATIN1':
      return narrow(0xff)
    case 'US-ASCII':
    case 'ASCII':
      return narrow(0x7f)
    default:
      return undefined
  }
}

function utf16(little: boolean): Charset {
  const decoder = new TextDecoder(little ? 'utf-16le' : 'utf-16be', { ignoreBOM: true })
  return {
    decode: (bytes) => decoder.decode(bytes),
    encode(text) {
      const bytes = new Uint8Array(text.length * 2)
      const view = new DataView(bytes.buffer)
      for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), little)
      return bytes
    },
  }
}

function narrow(last: number): Charset {
  return {
    decode: (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte <= last ? byte : 0xfffd)).join(''),
    encode: (text) =>
      Uint8Array.from(Array.from(text), (character) => {
        const code = character.codePointAt(0) as number
        return code <= last ? code : 63
      }),
  }
}
