/**
 * BITMAP values: sets of 32-bit integers in the portable serialisation of Roaring bitmaps.
 *
 * Laws
 * - Members are unsigned in order and in text (−1 is 4294967295) and grouped by their upper 16 bits; a group is a run list
 *   where that is shorter, else a sorted list up to 4096 members, else 8192 bytes of bits. So the bytes of a set are unique,
 *   and equal sets have equal bytes.
 * - The serialisation is little-endian: cookie, [bits of which groups are runs], key and size of each group, [offsets], groups.
 */
const NO_RUNS = 12_346
const WITH_RUNS = 12_347
const ARRAY_LIMIT = 4096

/** The bytes of a set; the members in any order. */
export function buildBitmap(members: Iterable<number>): Uint8Array {
  const distinct = new Set<number>()
  for (const member of members) distinct.add(member >>> 0)
  return encodeBitmap([...Uint32Array.from(distinct).sort()])
}

interface Group {
  readonly key: number
  /** Lower 16 bits, ascending. */
  readonly members: readonly number[]
  /** Start and length − 1 of each run, when they are the shorter form. */
  readonly runs: readonly (readonly [start: number, more: number])[] | undefined
}

/** @param members ascending, without duplicates, 0 … 2^32 − 1 */
export function encodeBitmap(members: readonly number[]): Uint8Array {
  const groups = groupsOf(members)
  const anyRuns = groups.some((group) => group.runs !== undefined)
  const withOffsets = !anyRuns || groups.length >= 4
  const flagBytes = anyRuns ? Math.ceil(groups.length / 8) : 0
  const header = (anyRuns ? 4 : 8) + flagBytes + groups.length * 4
  const start = header + (withOffsets ? groups.length * 4 : 0)
  const sizes = groups.map(sizeOf)
  const bytes = new Uint8Array(start + sizes.reduce((sum, size) => sum + size, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  if (anyRuns) {
    view.setUint32(0, WITH_RUNS | ((groups.length - 1) << 16), true)
    groups.forEach((group, i) => {
      if (group.runs !== undefined) bytes[4 + (i >> 3)] |= 1 << (i & 7)
    })
    at = 4 + flagBytes
  } else {
    view.setUint32(0, NO_RUNS, true)
    view.setUint32(4, groups.length, true)
    at = 8
  }
  for (const group of groups) {
    view.setUint16(at, group.key, true)
    view.setUint16(at + 2, group.members.length - 1, true)
    at += 4
  }
  let offset = start
  if (withOffsets) {
    for (const size of sizes) {
      view.setUint32(at, offset, true)
      offset += size
      at += 4
    }
  }
  for (const group of groups) at = writeGroup(group, bytes, view, at)
  return bytes
}

function groupsOf(members: readonly number[]): Group[] {
  const groups: Group[] = []
  let from = 0
  while (from < members.length) {
    const key = members[from] >>> 16
    let to = from
    while (to < members.length && members[to] >>> 16 === key) to++
    const lower = members.slice(from, to).map((member) => member & 0xffff)
    const runs: [number, number][] = []
    for (const member of lower) {
      const last = runs[runs.length - 1]
      if (last !== undefined && last[0] + last[1] + 1 === member) last[1]++
      else runs.push([member, 0])
    }
    const plain = lower.length > ARRAY_LIMIT ? 8192 : lower.length * 2
    groups.push({ key, members: lower, runs: 2 + runs.length * 4 < plain ? runs : undefined })
    from = to
  }
  return groups
}

function sizeOf({ members, runs }: Group): number {
  if (runs !== undefined) return 2 + runs.length * 4
  return members.length > ARRAY_LIMIT ? 8192 : members.length * 2
}

function writeGroup({ members, runs }: Group, bytes: Uint8Array, view: DataView, start: number): number {
  let at = start
  if (runs !== undefined) {
    view.setUint16(at, runs.length, true)
    at += 2
    for (const [first, more] of runs) {
      view.setUint16(at, first, true)
      view.setUint16(at + 2, more, true)
      at += 4
    }
    return at
  }
  if (members.length > ARRAY_LIMIT) {
    for (const member of members) bytes[at + (member >> 3)] |= 1 << (member & 7)
    return at + 8192
  }
  for (const member of members) {
    view.setUint16(at, member, true)
    at += 2
  }
  return at
}

/** The members, ascending and unsigned; undefined when the bytes are no bitmap. */
export function decodeBitmap(bytes: Uint8Array): number[] | undefined {
  try {
    return read(bytes)
  } catch (error) {
    // The view refuses to read behind the end of bytes that were cut off.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function read(bytes: Uint8Array): number[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const cookie = view.getUint32(0, true)
  const runs = (cookie & 0xffff) === WITH_RUNS
  if (!runs && cookie !== NO_RUNS) return undefined
  const count = runs ? (cookie >>> 16) + 1 : view.getUint32(4, true)
  if (count > 65_536) return undefined
  const flags = runs ? 4 : 8
  const keys = flags + (runs ? Math.ceil(count / 8) : 0)
  let at = keys + count * 4 + (!runs || count >= 4 ? count * 4 : 0)
  const members: number[] = []
  for (let i = 0; i < count; i++) {
    const high = view.getUint16(keys + i * 4, true) * 65_536
    const size = view.getUint16(keys + i * 4 + 2, true) + 1
    if (runs && (bytes[flags + (i >> 3)] >> (i & 7)) & 1) {
      const runCount = view.getUint16(at, true)
      at += 2
      for (let run = 0; run < runCount; run++, at += 4) {
        const first = view.getUint16(at, true)
        const more = view.getUint16(at + 2, true)
        for (let member = first; member <= first + more; member++) members.push(high + member)
      }
    } else if (size > ARRAY_LIMIT) {
      for (let member = 0; member < 65_536; member++) {
        if ((view.getUint8(at + (member >> 3)) >> (member & 7)) & 1) members.push(high + member)
      }
      at += 8192
    } else {
      for (let n = 0; n < size; n++, at += 2) members.push(high + view.getUint16(at, true))
    }
  }
  return members
}

/** `{1,2,4294967295}` */
export function bitmapText(bytes: Uint8Array): string {
  return `{${(decodeBitmap(bytes) ?? []).join(',')}}`
}
