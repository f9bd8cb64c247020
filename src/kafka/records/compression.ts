/**
 * The compression codecs of record batches.
 *
 * Law: decompress(codec, compress(codec, x)) = x; damaged input and input beyond the bound end in KAFKA_BAD_COMPRESSION.
 */
import * as zlib from 'node:zlib'
import { fail } from '../../base/errors.ts'
import { DamagedBlock } from './damaged.ts'
import { lz4Compress, lz4Decompress } from './lz4.ts'
import { snappyCompress, snappyDecompress } from './snappy.ts'

/** In the order of the codes in the batch attributes. */
export const compressionTypes = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type CompressionType = (typeof compressionTypes)[number]

/** Bytes that one batch may have after decompression: brokers bound only its compressed size. */
export const MAX_BATCH_BYTES = 256 * 1024 * 1024

/** @param level the codec's own level; undefined = its default; only gzip and zstd have one */
export function compress(type: CompressionType, bytes: Uint8Array, level?: number): Uint8Array {
  switch (type) {
    case 'none':
      return bytes
    case 'gzip':
      return zlib.gzipSync(bytes, level === undefined ? undefined : { level })
    case 'snappy':
      return snappyCompress(bytes)
    case 'lz4':
      return lz4Compress(bytes)
    case 'zstd':
      return zlib.zstdCompressSync(
        bytes,
        level === undefined ? undefined : { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } },
      )
  }
}

/** @param place topic, partition and offset for the error */
export function decompress(code: number, bytes: Uint8Array, place: string, maxSize = MAX_BATCH_BYTES): Uint8Array {
  const type = compressionTypes[code]
  try {
    switch (type) {
      case 'none':
        return bytes
      case 'gzip':
        return zlib.gunzipSync(bytes, { maxOutputLength: maxSize })
      case 'snappy':
        return snappyDecompress(bytes, maxSize)
      case 'lz4':
        return lz4Decompress(bytes, maxSize)
      case 'zstd':
        return zlib.zstdDecompressSync(bytes, { maxOutputLength: maxSize })
      case undefined:
        return fail('KAFKA_BAD_COMPRESSION', { codec: `code ${code}`, place, detail: 'no such codec' })
    }
  } catch (cause) {
    if (!(cause instanceof DamagedBlock) && !isZlibError(cause)) throw cause
    return fail('KAFKA_BAD_COMPRESSION', { codec: type ?? `code ${code}`, place, detail: cause.message }, { cause })
  }
}

function isZlibError(cause: unknown): cause is Error {
  if (!(cause instanceof Error) || !('code' in cause)) return false
  return /^(Z_|ZSTD_|ERR_BUFFER_TOO_LARGE)/.test(String(cause.code))
}
