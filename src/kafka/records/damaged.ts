/** Raised inside the codecs for damaged input; `decompress` turns it into a catalogued error with topic and offset. */
export class DamagedBlock extends Error {
  override readonly name = 'DamagedBlock'
}
