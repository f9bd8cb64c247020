/**
 * Who looks into the process of a job: at rows as they come, at the state of a key.
 *
 * Laws
 * - A tap lives as long as its viewer: it outlives restarts of the process and ends with the job.
 * - Whoever asked gets an answer or an error, also when the process dies.
 * - At most `MOST_TAPS` at once per job, so that many open pages do not become the job's work.
 */
import { fail, failure, fromErrorJson, type RivuletErrorJson } from '../base/errors.ts'
import type { BadRecords, KeyedState, TappedRows } from './api-types.ts'
import type { FromWorker, Question, ToWorker } from './messages.ts'

export const MOST_TAPS = 32

export interface TapViewer {
  rows(rows: TappedRows): void
  end(error?: RivuletErrorJson): void
}

type Answer = Extract<FromWorker, { type: 'rows' | 'tap-ended' | 'answer' }>

export class Looks {
  readonly #send: (message: ToWorker) => void
  readonly #taps = new Map<string, { readonly node: number; readonly viewer: TapViewer }>()
  readonly #questions = new Map<string, PromiseWithResolvers<unknown>>()
  #next = 0

  constructor(send: (message: ToWorker) => void) {
    this.#send = send
  }

  get taps(): number {
    return this.#taps.size
  }

  /** @returns ends the tap */
  tap(node: number, viewer: TapViewer, running: boolean): () => void {
    if (this.#taps.size >= MOST_TAPS) fail('SERVER_TOO_MANY_TAPS', { limit: MOST_TAPS })
    const request = String(this.#next++)
    this.#taps.set(request, { node, viewer })
    if (running) this.#send({ type: 'tap', request, node })
    return () => {
      if (this.#taps.delete(request)) this.#send({ type: 'untap', request })
    }
  }

  state(node: number, key: string): Promise<KeyedState> {
    return this.#ask({ of: 'state', node, key }) as Promise<KeyedState>
  }

  badRecords(): Promise<BadRecords> {
    return this.#ask({ of: 'bad-records' }) as Promise<BadRecords>
  }

  #ask(what: Question): Promise<unknown> {
    const request = String(this.#next++)
    const question = Promise.withResolvers<unknown>()
    this.#questions.set(request, question)
    this.#send({ type: 'ask', request, what })
    return question.promise
  }

  /** The process runs the job, perhaps after another one that died. */
  running(): void {
    for (const [request, { node }] of this.#taps) this.#send({ type: 'tap', request, node })
  }

  answered(message: Answer): void {
    const { request } = message
    if (message.type === 'answer') {
      const question = this.#questions.get(request)
      this.#questions.delete(request)
      if (message.error === undefined) question?.resolve(message.value)
      else question?.reject(fromErrorJson(message.error))
      return
    }
    const tap = this.#taps.get(request)
    if (message.type === 'rows') tap?.viewer.rows(message.rows)
    // Without an error the job has ended, and `ended` says it to all; its process may also only have been told to go.
    else if (message.error !== undefined && this.#taps.delete(request)) tap?.viewer.end(message.error)
  }

  /** The process has gone: nothing is answered any more. */
  gone(): void {
    const error = failure('SERVER_WORKER_GONE', {})
    for (const question of this.#questions.values()) question.reject(error)
    this.#questions.clear()
  }

  /** The job has ended. */
  ended(): void {
    const taps = [...this.#taps.values()]
    this.#taps.clear()
    for (const { viewer } of taps) viewer.end()
  }
}
