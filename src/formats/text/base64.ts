const ALPHABET = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** The bytes of a padded base 64 text; undefined if it is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const groups = text.trim()
  if (!ALPHABET.test(groups)) return undefined
  return Uint8Array.from(atob(groups), (c) => c.charCodeAt(0))
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
