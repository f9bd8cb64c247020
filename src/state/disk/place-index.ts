/**
 * From a key's hash to the places of records with that hash: 8 bytes per place, the only memory that grows with the state
 * on disk (11 to 21 bytes per key, by how full the tables are).
 *
 * Laws
 * - Places are above 0 and below 2^32; one place is entered once.
 * - Split into parts that grow alone, so that growing needs little room besides. Deletion shifts entries back.
 */
const PARTS = 64
const FIRST = 16

export class PlaceIndex {
  size = 0
  /** Pairs of hash and place. */
  private readonly parts = Array.from({ length: PARTS }, () => new Int32Array(FIRST * 2))
  private readonly counts = new Int32Array(PARTS)

  /** Append the places with this hash to `into` from `count` on; the new count. */
  find(hash: number, into: number[], count: number): number {
    const entries = this.parts[hash >>> 26]
    const mask = entries.length - 1
    let found = count
    for (let p = (hash << 1) & mask; entries[p + 1] !== 0; p = (p + 2) & mask) {
      if (entries[p] === hash) into[found++] = entries[p + 1] >>> 0
    }
    return found
  }

  has(hash: number, place: number): boolean {
    return this.at(hash, place) >= 0
  }

  private at(hash: number, place: number): number {
    const entries = this.parts[hash >>> 26]
    const mask = entries.length - 1
    for (let p = (hash << 1) & mask; entries[p + 1] !== 0; p = (p + 2) & mask) {
      if (entries[p + 1] === (place | 0)) return p
    }
    return -1
  }

  insert(hash: number, place: number): void {
    const part = hash >>> 26
    if ((this.counts[part] + 1) * 3 > this.parts[part].length) this.grow(part)
    put(this.parts[part], hash, place | 0)
    this.counts[part]++
    this.size++
  }

  /** The record has moved. */
  move(hash: number, from: number, to: number): void {
    this.parts[hash >>> 26][this.at(hash, from) + 1] = to | 0
  }

  delete(hash: number, place: number): boolean {
    const part = hash >>> 26
    const entries = this.parts[part]
    const mask = entries.length - 1
    let hole = this.at(hash, place)
    if (hole < 0) return false
    for (let p = (hole + 2) & mask; entries[p + 1] !== 0; p = (p + 2) & mask) {
      const home = (entries[p] << 1) & mask
      if (((p - home) & mask) >= ((p - hole) & mask)) {
        entries[hole] = entries[p]
        entries[hole + 1] = entries[p + 1]
        hole = p
      }
    }
    entries[hole + 1] = 0
    this.counts[part]--
    this.size--
    return true
  }

  /** Each hash and place. */
  *entries(): Generator<readonly [hash: number, place: number]> {
    for (const entries of this.parts) {
      for (let p = 0; p < entries.length; p += 2) if (entries[p + 1] !== 0) yield [entries[p], entries[p + 1] >>> 0]
    }
  }

  private grow(part: number): void {
    const old = this.parts[part]
    const entries = new Int32Array(old.length * 2)
    for (let p = 0; p < old.length; p += 2) if (old[p + 1] !== 0) put(entries, old[p], old[p + 1])
    this.parts[part] = entries
  }
}

function put(entries: Int32Array, hash: number, place: number): void {
  const mask = entries.length - 1
  let p = (hash << 1) & mask
  while (entries[p + 1] !== 0) p = (p + 2) & mask
  entries[p] = hash
  entries[p + 1] = place
}
