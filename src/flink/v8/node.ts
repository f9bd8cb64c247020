/**
 * A bundle's functions in a process of Node of their own: requests come on standard input, answers go out on standard output.
 *
 * Laws
 * - A frame is its length, then the request's number, then what the shared buffer of V8 would hold, the instance of the
 *   function in front; answers bear the number of their request and may overtake each other, where a function is asynchronous.
 * - What one chunk of input asked is answered with one write. Standard output is frames only: what functions print goes to standard error.
 * - The process ends when its input does, and is killed when the one that started it has gone, even if a function never ends.
 */
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import {
  type Answer,
  CLOSE,
  DONE,
  FAILED,
  OPEN,
  type Operations,
  operationsOf,
  type PackedFunction,
  reply,
  stackOf,
} from './operations.ts'
import { Wire } from './wire.ts'

declare global {
  /** Standard output itself, which the head of the bundle takes. */
  var __rivuletOutput: NodeJS.WriteStream
}

const FIRST_BYTES = 1 << 16
/** Length, number. */
const HEAD_BYTES = 8
const WATCH_MS = 2000

interface Instance {
  readonly operations: Operations
  readonly closing: (() => void | Promise<void>)[]
  /** Of objects whose `open` gives a promise. */
  readonly ready: Promise<unknown> | undefined
}

export function serve(functions: readonly PackedFunction[]): void {
  globalThis.__rivuletSourceMap = readFileSync(`${process.argv[1]}.map`, 'utf8')
  const wire = new Wire()
  const instances = new Map<number, Instance>()
  let room = Buffer.from(new ArrayBuffer(FIRST_BYTES))
  const grow = (bytes: number) => {
    room = Buffer.from(new ArrayBuffer(bytes))
    wire.attach(room.buffer as ArrayBuffer)
  }
  grow(FIRST_BYTES)

  let answers: Buffer[] = []
  const send = (number: number, status: number, answer: Answer) => {
    while (!reply(wire, status, answer)) grow(room.length * 2)
    const frame = Buffer.allocUnsafe(HEAD_BYTES + wire.position)
    frame.writeInt32LE(wire.position + 4, 0)
    frame.writeInt32LE(number, 4)
    room.copy(frame, HEAD_BYTES, 0, wire.position)
    if (answers.length === 0) queueMicrotask(flush)
    answers.push(frame)
  }
  const flush = () => {
    globalThis.__rivuletOutput.write(Buffer.concat(answers))
    answers = []
  }
  const refuse = (number: number, error: unknown) => {
    const text = stackOf(error)
    send(number, FAILED, () => wire.putText(text))
  }

  const open = (position: number, count: number): Instance => {
    const closing: Instance['closing'] = []
    const pending: Promise<unknown>[] = []
    const operations = operationsOf(functions[position], count, wire, {
      add({ open: start, close }) {
        const opened = start?.()
        if (opened instanceof Promise) pending.push(opened)
        if (close !== undefined) closing.push(close)
      },
    })
    return { operations, closing, ready: pending.length === 0 ? undefined : Promise.all(pending) }
  }
  const close = async (id: number) => {
    const instance = instances.get(id)
    instances.delete(id)
    for (const each of instance?.closing.reverse() ?? []) await each()
    return () => {}
  }
  /** The wire stands behind the number. */
  const answerOf = (): Answer | Promise<Answer> => {
    const id = wire.int()
    const operation = wire.int()
    const position = wire.int()
    const count = wire.int()
    if (operation === CLOSE) return close(id)
    let instance = instances.get(id)
    if (instance === undefined) {
      instance = open(position, count)
      instances.set(id, instance)
    }
    if (operation !== OPEN) return instance.operations(operation)
    return instance.ready === undefined ? () => {} : instance.ready.then(() => () => {})
  }
  const take = (number: number) => {
    try {
      const answer = answerOf()
      if (answer instanceof Promise) {
        answer.then((given) => send(number, DONE, given)).catch((error: unknown) => refuse(number, error))
      } else send(number, DONE, answer)
    } catch (error) {
      refuse(number, error)
    }
  }

  let input: Buffer = Buffer.alloc(0)
  process.stdin.on('data', (chunk: Buffer) => {
    input = input.length === 0 ? chunk : Buffer.concat([input, chunk])
    let at = 0
    while (input.length - at >= HEAD_BYTES) {
      const length = input.readInt32LE(at)
      if (input.length - at - 4 < length) break
      if (length > room.length) grow(length * 2)
      input.copy(room, 0, at + HEAD_BYTES, at + 4 + length)
      wire.position = 0
      take(input.readInt32LE(at + 4))
      at += 4 + length
    }
    input = input.subarray(at)
  })
  process.stdin.on('end', () => process.exit(0))
  watchParent()
}

/** A thread of its own, since a function that never ends lets this one hear nothing. */
function watchParent(): void {
  const parent = process.ppid
  const code = `setInterval(() => { if (process.ppid !== ${parent}) process.kill(process.pid, 'SIGKILL') }, ${WATCH_MS})`
  new Worker(code, { eval: true }).unref()
}
