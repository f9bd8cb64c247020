/**
 * Adding files to a jar without Java.
 *
 * Law: the jar's own entries stay byte for byte where they are; new ones go behind them, and the central directory is written
 * anew. Two packagings of one job are equal byte for byte.
 */
import { zipSync } from 'fflate'

const END = 0x06054b50
const END_BYTES = 22
/** The earliest time that a zip can say. */
const EPOCH = new Date(1980, 0, 1)

interface Directory {
  readonly end: number
  readonly entries: number
  readonly size: number
  readonly offset: number
}

function directoryOf(zip: Buffer): Directory {
  let end = zip.length - END_BYTES
  while (end >= 0 && zip.readUInt32LE(end) !== END) end--
  if (end < 0) throw new RangeError('not a jar')
  return {
    end,
    entries: zip.readUInt16LE(end + 10),
    size: zip.readUInt32LE(end + 12),
    offset: zip.readUInt32LE(end + 16),
  }
}

export function appendToJar(jar: Buffer, files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const contents = Object.entries(files).map(([name, file]) => [
    name,
    // Jars are compressed already.
    typeof file === 'string' ? Buffer.from(file) : ([file, { level: 0 }] as [Uint8Array, { level: 0 }]),
  ])
  const added = Buffer.from(zipSync(Object.fromEntries(contents), { mtime: EPOCH }))
  const [old, fresh] = [directoryOf(jar), directoryOf(added)]
  const entries = Buffer.from(added.subarray(fresh.offset, fresh.offset + fresh.size))
  for (let at = 0; at < entries.length; ) {
    entries.writeUInt32LE(entries.readUInt32LE(at + 42) + old.offset, at + 42)
    at += 46 + entries.readUInt16LE(at + 28) + entries.readUInt16LE(at + 30) + entries.readUInt16LE(at + 32)
  }
  const end = Buffer.alloc(END_BYTES)
  end.writeUInt32LE(END, 0)
  end.writeUInt16LE(old.entries + fresh.entries, 8)
  end.writeUInt16LE(old.entries + fresh.entries, 10)
  end.writeUInt32LE(old.size + fresh.size, 12)
  end.writeUInt32LE(old.offset + fresh.offset, 16)
  return Buffer.concat([
    jar.subarray(0, old.offset),
    added.subarray(0, fresh.offset),
    jar.subarray(old.offset, old.offset + old.size),
    entries,
    end,
  ])
}
