/** The real world: Node's clock, random source, files and sockets. */
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock, Host, Storage } from './host.ts'
import { diskLogs } from './log-files.ts'
import { connectBroker } from './node-connection.ts'
import { watchThread } from './node-watchdog.ts'
import { diskScratch } from './scratch.ts'

/** `setTimeout` takes 31 bits of milliseconds and fires at once beyond. */
const LONGEST_TIMER = 2 ** 31 - 1

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    let timer: NodeJS.Timeout
    const arm = (rest: number) => {
      timer =
        rest > LONGEST_TIMER
          ? setTimeout(() => arm(rest - LONGEST_TIMER), LONGEST_TIMER)
          : setTimeout(callback, Math.max(0, rest))
    }
    arm(delayMs)
    return () => clearTimeout(timer)
  },
  immediate(callback) {
    setImmediate(callback)
  },
  sleep(delayMs, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason)
      const abort = () => {
        cancel()
        reject(signal?.reason)
      }
      const cancel = clock.after(delayMs, () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      })
      signal?.addEventListener('abort', abort, { once: true })
    })
  },
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders; there a rename is durable with the file's own flush.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function withFile(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags)
  try {
    await use(file)
  } finally {
    await file.close()
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/**
 * A folder with those above it. Node's own recursive mkdir never returns where the parent exists and still no folder can be
 * made in it (/proc, a drive that is not there), and takes a thread with it. A new folder is durable when the one above knows it.
 */
async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return
  const above = dirname(path)
  if (above !== path && !(await storage.exists(above))) await makeFolder(above)
  // Another process may have made it meanwhile.
  await mkdir(path).catch(async (error: unknown) => {
    if (!(await isFolder(path))) throw error
  })
  await syncFolder(above)
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}

let temporaryNames = 0

const storage: Storage = {
  read: (path) => readFile(path),
  async writeAtomic(path, content) {
    const folder = dirname(path)
    await makeFolder(folder)
    // The name is of this process and call, so that two writers of one path do not mix; the last rename wins whole.
    const temporary = `${path}.${process.pid}-${temporaryNames++}.tmp`
    try {
      await withFile(temporary, 'w', async (file) => {
        for (const piece of content instanceof Uint8Array ? [content] : content) await file.writeFile(piece)
        await file.sync()
      })
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
    await syncFolder(folder)
  },
  async append(path, bytes) {
    await makeFolder(dirname(path))
    await withFile(path, 'a', (file) => file.writeFile(bytes))
  },
  async sync(path) {
    await withFile(path, 'r+', (file) => file.sync())
    await syncFolder(dirname(path))
  },
  async list(folder) {
    try {
      return (await readdir(folder)).sort()
    } catch (error) {
      if (isMissing(error)) return []
      throw error
    }
  },
  async exists(path) {
    try {
      await stat(path)
      return true
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  },
  async remove(path) {
    await rm(path, { recursive: true, force: true })
  },
}

export const nodeHost: Host = {
  clock,
  random: () => Math.random(),
  storage,
  scratch: diskScratch,
  logs: diskLogs,
  network: { connect: connectBroker },
  watch: watchThread,
  // To standard error, once per warning; a program may listen to `warning` instead.
  warn: ({ code, message, hint }) => process.emitWarning(message, { type: 'RivuletWarning', code, detail: hint }),
}
