/**
 * A disk that outlives processes and behaves at a crash as disks do.
 *
 * Laws
 * - What was synced stays; what was appended and not synced may be gone, wholly or behind any byte.
 * - `writeAtomic` has happened or has not; a crash in the middle leaves the old file, or none, and perhaps a torn temporary one.
 * - A write may fail without having changed anything (no space, I/O error), and a failed one may have left a temporary file.
 */
import type { Storage } from '../../src/base/host.ts'
import type { Process } from './process.ts'
import type { World } from './world.ts'

export class Disk {
  readonly #world: World
  readonly #durable = new Map<string, Uint8Array>()
  readonly #volatile = new Map<string, Uint8Array>()

  constructor(world: World) {
    this.#world = world
  }

  /** The content of a file as a process sees it. */
  #content(path: string): Uint8Array | undefined {
    return this.#volatile.get(path) ?? this.#durable.get(path)
  }

  paths(): string[] {
    return [...new Set([...this.#durable.keys(), ...this.#volatile.keys()])].sort()
  }

  /** The machine lost power, or the process died: appends that were not synced may be lost from any byte on. */
  crash(): void {
    for (const [path, bytes] of this.#volatile) {
      const kept = this.#durable.get(path)?.length ?? 0
      this.#durable.set(path, bytes.slice(0, this.#world.scheduler.between(kept, bytes.length)))
    }
    this.#volatile.clear()
  }

  storageOf(process: Process): Storage {
    const { scheduler } = this.#world
    /** Waits as a disk makes one wait, fails as it may, and never answers a process that is dead. */
    const operation = <T>(name: string, path: string, act: () => T, torn?: () => void): Promise<T> =>
      new Promise((resolve, reject) => {
        process.onKill(() => {
          if (finished) return
          finished = true
          // In the middle of it: done, not done, or half.
          const fate = scheduler.between(0, 2)
          if (fate === 0) act()
          else if (fate === 1) torn?.()
        })
        let finished = false
        process.after(scheduler.random() * 2, () => {
          if (finished) return
          finished = true
          const fault = this.#world.diskFault(process, name, path)
          if (fault !== undefined) {
            torn?.()
            reject(fault)
            return
          }
          try {
            resolve(act())
          } catch (error) {
            reject(error as Error)
          }
        })
      })
    const missing = (path: string) => Object.assign(new Error(`ENOENT: no such file '${path}'`), { code: 'ENOENT' })
    return {
      read: (path) =>
        operation('read', path, () => {
          const bytes = this.#content(path)
          if (bytes === undefined) throw missing(path)
          return bytes.slice()
        }),
      writeAtomic: (path, content) => {
        const copy = Buffer.concat(content instanceof Uint8Array ? [content] : content)
        return operation(
          'write',
          path,
          () => {
            this.#volatile.delete(path)
            this.#durable.set(path, copy)
          },
          () => this.#durable.set(`${path}.tmp`, copy.slice(0, scheduler.between(0, copy.length))),
        )
      },
      append: (path, bytes) => {
        const copy = bytes.slice()
        const grow = (more: Uint8Array) =>
          this.#volatile.set(path, Buffer.concat([this.#content(path) ?? new Uint8Array(0), more]))
        return operation(
          'append',
          path,
          () => {
            grow(copy)
          },
          () => grow(copy.slice(0, scheduler.between(0, copy.length))),
        )
      },
      sync: (path) =>
        operation('sync', path, () => {
          const bytes = this.#volatile.get(path)
          if (bytes !== undefined) this.#durable.set(path, bytes)
          this.#volatile.delete(path)
        }),
      list: (folder) =>
        operation('list', folder, () => {
          const prefix = folder.endsWith('/') ? folder : `${folder}/`
          const names = this.paths()
            .filter((path) => path.startsWith(prefix))
            .map((path) => path.slice(prefix.length).split('/')[0])
          return [...new Set(names)].sort()
        }),
      exists: (path) =>
        operation('exists', path, () => this.paths().some((file) => file === path || file.startsWith(`${path}/`))),
      remove: (path) =>
        operation('remove', path, () => {
          for (const file of this.paths()) {
            if (file !== path && !file.startsWith(`${path}/`)) continue
            this.#durable.delete(file)
            this.#volatile.delete(file)
          }
        }),
    }
  }
}
