/**
 * Two bits per slot: what a snapshot has to hold of it.
 *
 * Law: of all slots that were never set the mark is 0. Rows of a batch lie anywhere, so that a quarter of the bytes is most of the
 * price: marks of a million rows stay in the processor's cache.
 */
export const CHANGED = 1

const bytesFor = (slots: number) => (slots >> 2) + 1

export class Marks {
  /** Of slots below. */
  length: number
  private bytes: Uint8Array

  constructor(length: number, bytes: Uint8Array = new Uint8Array(bytesFor(length))) {
    this.length = length
    this.bytes = bytes
  }

  /** CHANGED for each slot that is 1 in `live`, not 0. */
  static of(live: Uint8Array, length: number): Marks {
    const bytes = new Uint8Array(bytesFor(length))
    // Four cells of `live` at a time, each 0 or 1, and 0 from `length` on: a barrier waits for this.
    const words = new Int32Array(live.buffer, live.byteOffset, live.length >> 2)
    for (let i = 0; i << 2 < length; i++) {
      const word = words[i]
      bytes[i] = (word & 1) | ((word >> 6) & 4) | ((word >> 12) & 16) | ((word >> 18) & 64)
    }
    return new Marks(length, bytes)
  }

  get(slot: number): number {
    return (this.bytes[slot >> 2] >> ((slot & 3) << 1)) & 3
  }

  set(slot: number, mark: number): void {
    const shift = (slot & 3) << 1
    this.bytes[slot >> 2] = (this.bytes[slot >> 2] & ~(3 << shift)) | (mark << shift)
  }

  /** The slots have changed: those without a mark get one. */
  change(slots: Int32Array, count: number): void {
    const { bytes } = this
    for (let i = 0; i < count; i++) {
      const slot = slots[i]
      const shift = (slot & 3) << 1
      const byte = bytes[slot >> 2]
      if (((byte >> shift) & 3) === 0) bytes[slot >> 2] = byte | (CHANGED << shift)
    }
  }

  reserve(length: number): void {
    const bytes = new Uint8Array(bytesFor(length))
    bytes.set(this.bytes)
    this.bytes = bytes
    this.length = length
  }

  /** The marks so far; none are left. */
  take(): Marks {
    const taken = new Marks(this.length, this.bytes)
    this.bytes = new Uint8Array(this.bytes.length)
    return taken
  }
}
