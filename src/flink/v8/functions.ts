/**
 * What a bundle's functions are for V8 in the TaskManager: operations on the buffer that it shares with the JVM.
 *
 * Law: a call never throws into the JVM: what a function throws is the answer, with stack lines of TypeScript.
 */
import {
  AGAIN,
  type Answer,
  DONE,
  FAILED,
  type Lives,
  NO_ROOM,
  type Operations,
  operationsOf,
  type PackedFunction,
  reply,
  stackOf,
} from './operations.ts'
import { Wire } from './wire.ts'

declare global {
  var __rivulet: { attach(buffer: ArrayBuffer): void; call(): void; close(): void }
}

export function serve(functions: readonly PackedFunction[]): void {
  const wire = new Wire()
  /** An isolate is of one function instance, which has one count of arguments. */
  const opened: (Operations | undefined)[] = []
  /** `close` of every function object that was opened. */
  const closing: (() => void | Promise<void>)[] = []
  const lives: Lives = {
    add({ open, close }) {
      if (open?.() instanceof Promise) {
        throw new TypeError(
          'open() of a function in V8 must not be asynchronous; package the job with --functions node',
        )
      }
      if (close !== undefined) closing.push(close)
    },
  }
  let answer: Answer = () => {}
  const send = (status: number) => {
    if (!reply(wire, status, answer)) wire.putInt(NO_ROOM)
  }
  globalThis.__rivulet = {
    attach: (buffer) => wire.attach(buffer),
    close() {
      for (const close of closing.reverse()) void close()
    },
    call() {
      wire.position = 0
      const operation = wire.int()
      if (operation !== AGAIN) {
        const position = wire.int()
        const count = wire.int()
        try {
          opened[position] ??= operationsOf(functions[position], count, wire, lives)
          const given = opened[position](operation)
          if (given instanceof Promise) throw new TypeError(`${functions[position].name} is asynchronous`)
          answer = given
        } catch (error) {
          const text = stackOf(error)
          answer = () => wire.putText(text)
          send(FAILED)
          return
        }
      }
      send(DONE)
    },
  }
}
