/**
 * CRC-32C (Castagnoli), the checksum of record batches.
 *
 * Law: crc32c('123456789') = 0xe3069283, and the value is independent of how the bytes are cut.
 *
 * Eight table look-ups per eight bytes; measured 1.1–1.3 GB per CPU-second, against 0.3 for one look-up per byte and 1.6
 * for a WebAssembly build that has to copy its input. Where the optional native package `@node-rs/crc32` is installed it
 * is used instead (4–6 GB per CPU-second); nothing depends on it.
 */
import { createRequire } from 'node:module'

const POLYNOMIAL = 0x82f63b78 | 0

/** Table k at k × 256: the effect of a byte that is followed by k more bytes. */
const table = new Int32Array(8 * 256)
for (let i = 0; i < 256; i++) {
  let crc = i
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
  table[i] = crc
}
for (let i = 0; i < 256; i++) {
  let crc = table[i]
  for (let k = 1; k < 8; k++) {
    crc = table[crc & 255] ^ (crc >>> 8)
    table[k * 256 + i] = crc
  }
}

/** CRC-32C of `bytes[start, end)` as an unsigned 32-bit number, in plain JavaScript. */
export function crc32cPortable(bytes: Uint8Array, start: number, end: number): number {
  let crc = -1
  let i = start
  for (const last = end - 7; i < last; i += 8) {
    crc =
      table[1792 + ((crc ^ bytes[i]) & 255)] ^
      table[1536 + (((crc >>> 8) ^ bytes[i + 1]) & 255)] ^
      table[1280 + (((crc >>> 16) ^ bytes[i + 2]) & 255)] ^
      table[1024 + ((crc >>> 24) ^ bytes[i + 3])] ^
      table[768 + bytes[i + 4]] ^
      table[512 + bytes[i + 5]] ^
      table[256 + bytes[i + 6]] ^
      table[bytes[i + 7]]
  }
  for (; i < end; i++) crc = table[(crc ^ bytes[i]) & 255] ^ (crc >>> 8)
  return ~crc >>> 0
}

type Checksum = (bytes: Uint8Array) => number

let native: Checksum | null | undefined

function loadNative(): Checksum | null {
  try {
    const found = (createRequire(import.meta.url)('@node-rs/crc32') as { crc32c?: Checksum }).crc32c
    // A binary of another architecture or a changed meaning must not turn good data into corrupt data.
    return found?.(new Uint8Array([49, 50, 51, 52, 53, 54, 55, 56, 57])) === 0xe3069283 ? found : null
  } catch {
    // The package is optional: absent is the normal case, and the portable form gives the same value.
    return null
  }
}

/** CRC-32C of `bytes[start, end)` as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  if (native === undefined) native = loadNative()
  if (native === null || end - start < 256) return crc32cPortable(bytes, start, end)
  return native(bytes.subarray(start, end)) >>> 0
}
