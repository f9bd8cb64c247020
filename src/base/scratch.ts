/**
 * Files that live as long as a job does: where state goes that does not fit into memory.
 *
 * Laws
 * - Calls are synchronous, because a lookup of state is; nothing is durable, because state is restored from a checkpoint.
 * - A file is gone when it is deleted, when its folder is closed, or (on disk) when the process ended: it has no name.
 */
import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmdirSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export interface ScratchFile {
  write(bytes: Uint8Array, position: number): void
  /** Bytes that were read: fewer than wanted at the end of the file alone. */
  read(into: Uint8Array, position: number): number
  delete(): void
}

export interface Scratch {
  create(): ScratchFile
  close(): void
}

/** A folder on a local disk. The names of the files are removed at once, so that a crash leaves no file behind. */
export function diskScratch(parent: string): Scratch {
  let folder: string | undefined
  const open = new Set<number>()
  let next = 0
  const close = (file: number) => {
    if (open.delete(file)) closeSync(file)
  }
  return {
    create() {
      if (folder === undefined) {
        mkdirSync(parent, { recursive: true })
        folder = mkdtempSync(join(parent, 'rivulet-state-'))
      }
      const path = join(folder, String(next++))
      const file = openSync(path, 'wx+')
      open.add(file)
      unlinkSync(path)
      return {
        write(bytes, position) {
          for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, position + at)
        },
        read(into, position) {
          let at = 0
          while (at < into.length) {
            const count = readSync(file, into, at, into.length - at, position + at)
            if (count === 0) break
            at += count
          }
          return at
        },
        delete: () => close(file),
      }
    },
    close() {
      for (const file of [...open]) close(file)
      if (folder !== undefined) rmdirSync(folder)
      folder = undefined
    },
  }
}

/** The same in memory, for simulated hosts. */
export function memoryScratch(): Scratch {
  return {
    create() {
      let bytes = new Uint8Array(1024)
      let length = 0
      return {
        write(from, position) {
          if (position + from.length > bytes.length) {
            const grown = new Uint8Array(Math.max(position + from.length, bytes.length * 2))
            grown.set(bytes)
            bytes = grown
          }
          bytes.set(from, position)
          length = Math.max(length, position + from.length)
        },
        read(into, position) {
          const part = bytes.subarray(position, Math.min(length, position + into.length))
          into.set(part)
          return part.length
        },
        delete() {
          bytes = new Uint8Array()
          length = 0
        },
      }
    },
    close() {},
  }
}
