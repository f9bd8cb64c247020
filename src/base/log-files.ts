/**
 * Files that are appended to, read anywhere, and survive the process: what a broker keeps.
 *
 * Laws
 * - Calls are synchronous. What was appended survives the end of the process, however it ends; what was synced survives the
 *   end of the machine too. Behind it a file may end anywhere: its owner finds out by checksums.
 * - A failed append leaves the file as it was.
 * - A folder has one owner at a time, until it closes it or its process has ended.
 */
import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fail } from './errors.ts'

export interface LogFile {
  readonly path: string
  readonly size: number
  append(bytes: Uint8Array): void
  /** Bytes that were read: fewer than wanted at the end of the file alone. */
  read(into: Uint8Array, position: number): number
  truncate(size: number): void
  sync(): Promise<void>
  /** The same, now; before what follows may rely on it. */
  syncNow(): void
  delete(): void
}

export interface LogFolder {
  /** Names of the files in a folder below, sorted; none where there is no such folder. */
  list(folder: string): string[]
  /** Open a file, which is made empty where it is not there. */
  open(path: string): LogFile
  /** The whole content anew: the old one, or the new one and synced, whatever happens. Open files of that path are void. */
  replace(path: string, bytes: Uint8Array): void
  /** A file, or a folder with all in it; no error when absent. */
  remove(path: string): void
  close(): void
}

/** Open files at most; others are opened again when they are used. */
const MAX_OPEN = 128
const LOCK = 'lock'

/** Folders that this process has open. */
const owned = new Set<string>()

/** @throws KAFKA_BROKER_DATA_IN_USE when another owner has the folder */
export function diskLogs(folder: string): LogFolder {
  mkdirSync(folder, { recursive: true })
  lock(folder)
  const open = new Map<DiskFile, number>()
  const handle = (file: DiskFile): number => {
    let fd = open.get(file)
    if (fd === undefined) {
      fd = openSync(join(folder, file.path), constants.O_RDWR | constants.O_CREAT, 0o644)
      for (const [idle, itsFd] of open) {
        if (open.size < MAX_OPEN) break
        if (idle.syncing > 0) continue
        open.delete(idle)
        closeSync(itsFd)
      }
    }
    // The map's order is that of the last use.
    open.delete(file)
    open.set(file, fd)
    return fd
  }
  const release = (file: DiskFile) => {
    const fd = open.get(file)
    if (fd === undefined || file.syncing > 0) return
    open.delete(file)
    closeSync(fd)
  }
  return {
    list(below) {
      try {
        return readdirSync(join(folder, below)).sort()
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
        throw error
      }
    },
    open(path) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      return new DiskFile(path, handle, (file) => {
        rmSync(join(folder, path), { force: true })
        release(file)
      })
    },
    replace(path, bytes) {
      const target = join(folder, path)
      const fd = openSync(`${target}.new`, 'w')
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
        fsyncSync(fd)
      } finally {
        closeSync(fd)
      }
      renameSync(`${target}.new`, target)
      syncFolder(dirname(target))
      for (const file of [...open.keys()]) if (file.path === path) release(file)
    },
    remove(path) {
      for (const file of [...open.keys()]) if (file.path === path || file.path.startsWith(`${path}/`)) release(file)
      rmSync(join(folder, path), { recursive: true, force: true })
    },
    close() {
      for (const fd of open.values()) closeSync(fd)
      open.clear()
      owned.delete(folder)
      rmSync(join(folder, LOCK), { force: true })
    },
  }
}

function lock(folder: string): void {
  const path = join(folder, LOCK)
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' })
      owned.add(folder)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const pid = Number(readFileSync(path, 'utf8'))
    const lives = pid === process.pid ? owned.has(folder) : pid > 0 && isAlive(pid)
    if (lives) fail('KAFKA_BROKER_DATA_IN_USE', { folder, pid })
    rmSync(path, { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function syncFolder(folder: string): void {
  // Windows cannot open folders; there a rename is durable with the file's own flush.
  if (process.platform === 'win32') return
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

class DiskFile implements LogFile {
  readonly path: string
  readonly #handle: (file: DiskFile) => number
  readonly #delete: (file: DiskFile) => void
  #size: number
  /** Syncs under way, during which the file stays open. */
  syncing = 0

  constructor(path: string, handle: (file: DiskFile) => number, remove: (file: DiskFile) => void) {
    this.path = path
    this.#handle = handle
    this.#delete = remove
    this.#size = fstatSync(handle(this)).size
  }

  get size(): number {
    return this.#size
  }

  append(bytes: Uint8Array): void {
    const fd = this.#handle(this)
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, this.#size + at)
    } catch (error) {
      ftruncateSync(fd, this.#size)
      throw error
    }
    this.#size += bytes.length
  }

  read(into: Uint8Array, position: number): number {
    const fd = this.#handle(this)
    let at = 0
    while (at < into.length) {
      const count = readSync(fd, into, at, into.length - at, position + at)
      if (count === 0) break
      at += count
    }
    return at
  }

  truncate(size: number): void {
    ftruncateSync(this.#handle(this), size)
    this.#size = size
  }

  sync(): Promise<void> {
    const fd = this.#handle(this)
    this.syncing++
    return new Promise((resolve, reject) => {
      fsync(fd, (error) => {
        this.syncing--
        if (error === null) resolve()
        else reject(error)
      })
    })
  }

  syncNow(): void {
    fsyncSync(this.#handle(this))
  }

  delete(): void {
    this.#delete(this)
  }
}

interface MemoryFile {
  bytes: Uint8Array
  size: number
  synced: number
}

/** The same in memory, for simulated hosts: closing keeps the content, `tear` is the end of the machine. */
export class MemoryLogs implements LogFolder {
  readonly #files = new Map<string, MemoryFile>()

  list(folder: string): string[] {
    const prefix = folder === '' ? '' : `${folder}/`
    const below = [...this.#files.keys()].filter((path) => path.startsWith(prefix))
    return [...new Set(below.map((path) => path.slice(prefix.length).split('/')[0]))].sort()
  }

  open(path: string): LogFile {
    const file = this.#files.get(path) ?? { bytes: new Uint8Array(), size: 0, synced: 0 }
    this.#files.set(path, file)
    const sync = () => {
      file.synced = file.size
    }
    return {
      path,
      get size() {
        return file.size
      },
      append(bytes) {
        const size = file.size + bytes.length
        if (size > file.bytes.length) {
          const grown = new Uint8Array(Math.max(size, file.bytes.length * 2))
          grown.set(file.bytes)
          file.bytes = grown
        }
        file.bytes.set(bytes, file.size)
        file.size = size
      },
      read(into, position) {
        const part = file.bytes.subarray(position, Math.min(file.size, position + into.length))
        into.set(part)
        return part.length
      },
      truncate(size) {
        file.size = size
        file.synced = Math.min(file.synced, size)
      },
      sync: async () => sync(),
      syncNow: sync,
      delete: () => this.#files.delete(path),
    }
  }

  replace(path: string, bytes: Uint8Array): void {
    this.#files.set(path, { bytes: Uint8Array.from(bytes), size: bytes.length, synced: bytes.length })
  }

  remove(path: string): void {
    for (const each of [...this.#files.keys()]) {
      if (each === path || each.startsWith(`${path}/`)) this.#files.delete(each)
    }
  }

  close(): void {}

  /** @param kept how many bytes of a file are left, of which that many were synced */
  tear(kept: (path: string, synced: number, size: number) => number): void {
    for (const [path, file] of this.#files) {
      file.size = kept(path, file.synced, file.size)
      file.synced = file.size
    }
  }
}
