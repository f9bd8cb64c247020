/**
 * BITMAP values: sets of unsigned 32-bit integers in the portable serialised form of Roaring bitmaps.
 *
 * ```
 * cookie 0x303A (u32), containers (u32)                    without run containers
 * cookie 0x303B | (containers − 1) << 16, run flags (bits)  with some
 * per container: high half of its members (u16), cardinality − 1 (u16)
 * offsets (u32 each; with runs only from 4 containers on)
 * containers: runs of (start, length − 1) behind their count, or ≤ 4096 sorted u16, or 8192 bytes of bits
 * ```
 *
 * Law: all numbers are little-endian; `encodeBitmap(decodeBitmap(bytes))` is the same set, in arrays and bits only.
 */
const COOKIE = 0x303a
const COOKIE_WITH_RUNS = 0x303b
const MAX_ARRAY = 4096

/** Members in ascending order as unsigned integers; undefined when the bytes are no bitmap. */
export function decodeBitmap(bytes: Uint8Array): number[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    return readContainers(view)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function readContainers(view: DataView): number[] | undefined {
  const cookie = view.getUint32(0, true)
  const withRuns = (cookie & 0xffff) === COOKIE_WITH_RUNS
  if (!withRuns && cookie !== COOKIE) return undefined
  const count = withRuns ? (cookie >>> 16) + 1 : view.getUint32(4, true)
  if (count > 65_536) return undefined
  const flags = withRuns ? 4 : -1
  const headers = withRuns ? 4 + Math.ceil(count / 8) : 8
  let at = headers + 4 * count
  if (!withRuns || count >= 4) at += 4 * count
  const members: number[] = []
  for (let i = 0; i < count; i++) {
    const high = view.getUint16(headers + 4 * i, true) * 65_536
    const cardinality = view.getUint16(headers + 4 * i + 2, true) + 1
    if (withRuns && (view.getUint8(flags + (i >> 3)) >> (i & 7)) & 1) {
      const runs = view.getUint16(at, true)
      at += 2
      for (let r = 0; r < runs; r++, at += 4) {
        const start = view.getUint16(at, true)
        const last = start + view.getUint16(at + 2, true)
        for (let member = start; member <= last; member++) members.push(high + member)
      }
    } else if (cardinality <= MAX_ARRAY) {
      for (let k = 0; k < cardinality; k++, at += 2) members.push(high + view.getUint16(at, true))
    } else {
      for (let word = 0; word < 8192; word++) {
        const bits = view.getUint8(at + word)
        for (let bit = 0; bit < 8; bit++) if ((bits >> bit) & 1) members.push(high + word * 8 + bit)
      }
      at += 8192
    }
  }
  return members
}

/** @param members ascending, without duplicates, 0 … 2^32 − 1 */
export function encodeBitmap(members: readonly number[]): Uint8Array {
  const starts: number[] = []
  members.forEach((member, i) => {
    if (i === 0 || Math.floor(member / 65_536) !== Math.floor(members[i - 1] / 65_536)) starts.push(i)
  })
  const sizes = starts.map((start, i) => (starts[i + 1] ?? members.length) - start)
  const bytesOf = (size: number) => (size <= MAX_ARRAY ? 2 * size : 8192)
  const bytes = new Uint8Array(8 + 8 * starts.length + sizes.reduce((sum, size) => sum + bytesOf(size), 0))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, COOKIE, true)
  view.setUint32(4, starts.length, true)
  let at = 8 + 8 * starts.length
  starts.forEach((start, i) => {
    const size = sizes[i]
    view.setUint16(8 + 4 * i, Math.floor(members[start] / 65_536), true)
    view.setUint16(10 + 4 * i, size - 1, true)
    view.setUint32(8 + 4 * starts.length + 4 * i, at, true)
    for (let k = 0; k < size; k++) {
      const low = members[start + k] % 65_536
      if (size <= MAX_ARRAY) view.setUint16(at + 2 * k, low, true)
      else bytes[at + (low >> 3)] |= 1 << (low & 7)
    }
    at += bytesOf(size)
  })
  return bytes
}

/** `{1,2,5}` */
export function bitmapText(bytes: Uint8Array): string {
  return `{${(decodeBitmap(bytes) ?? []).join(',')}}`
}
