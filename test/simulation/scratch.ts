/**
 * The local disk under the state of one process: files without names, which go with it.
 *
 * Laws
 * - A write may fail and leave any part of what was to be written; a file may not be made; a read may fail.
 * - A file that was deleted is never touched again: its descriptor may be another file's by then, so that a job would read
 *   what is not its own. Nobody reads so often within one event that the data path could be standing still.
 */
import type { Scratch, ScratchFile } from '../../src/base/scratch.ts'
import { memoryScratch } from '../../src/base/scratch.ts'
import type { Process } from './process.ts'

/** No state of the jobs has so many records. */
const MAX_READS = 100_000

export class StateDisk {
  readonly #process: Process
  #event = -1
  #reads = 0
  /** Files that were made and not deleted. */
  #open = 0

  constructor(process: Process) {
    this.#process = process
  }

  scratch(): Scratch {
    const files = memoryScratch()
    return {
      create: () => {
        this.#mayFail('create')
        this.#open++
        return this.#file(files.create())
      },
      close: () => files.close(),
    }
  }

  /** A job that has ended has no state on disk any more. */
  jobEnded(): void {
    if (this.#open > 0) this.#process.world.problem ??= `the job has ended and left ${this.#open} files of its state`
  }

  #file(file: ScratchFile): ScratchFile {
    let deleted = false
    const check = (operation: string) => {
      if (deleted) this.#broken(`the state's disk: ${operation} of a file that was deleted`)
    }
    return {
      write: (bytes, position) => {
        check('write')
        this.#mayFail('write', () => {
          file.write(bytes.subarray(0, this.#process.world.scheduler.between(0, bytes.length)), position)
        })
        file.write(bytes, position)
      },
      read: (into, position) => {
        check('read')
        this.#countRead()
        this.#mayFail('read')
        return file.read(into, position)
      },
      delete: () => {
        if (!deleted) this.#open--
        deleted = true
        file.delete()
      },
    }
  }

  #mayFail(operation: 'create' | 'write' | 'read', torn?: () => void): void {
    const fault = this.#process.world.stateFault(this.#process, operation)
    if (fault === undefined) return
    torn?.()
    throw fault
  }

  #countRead(): void {
    const { count } = this.#process.world.scheduler
    if (count !== this.#event) this.#reads = 0
    this.#event = count
    if (++this.#reads > MAX_READS) this.#broken(`the state's disk: ${MAX_READS} reads without a pause`)
  }

  #broken(what: string): never {
    if (this.#process.alive) this.#process.world.problem ??= what
    throw new Error(what)
  }
}
