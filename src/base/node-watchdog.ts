/**
 * Tells of a call that does not come back: a thread watches a heartbeat, since a stuck thread cannot watch itself.
 *
 * Laws
 * - It only tells; whether a call of half a minute is wrong is for the user to say. Each stay is told once.
 * - Watching costs one store per step of a job. Only when a thread is stuck does the watcher stop it, for the moment that it
 *   takes to read its stack (V8's inspector), to name the function and its line.
 * - It keeps no process alive, and writes to standard error by itself: the streams of a worker go through the stuck thread.
 */
import { isMainThread, Worker } from 'node:worker_threads'
import type { Watch } from './host.ts'

/** Heartbeats so far, and whether the thread is in a step. */
const BEATS = 0
const BUSY = 1

/** The watcher's program. It stands as text because it runs in a thread of its own, wherever this file was bundled to. */
const program = `
const { workerData: { cells, timeoutMs, stack } } = require('node:worker_threads')
const { writeSync } = require('node:fs')
let seen = -1
let since = 0
let told = false
setInterval(() => {
  const beats = Atomics.load(cells, ${BEATS})
  if (Atomics.load(cells, ${BUSY}) === 0 || beats !== seen) {
    seen = beats
    since = performance.now()
    told = false
  } else if (!told && performance.now() - since >= timeoutMs) {
    told = true
    tell()
  }
}, Math.max(10, timeoutMs / 4))

function tell() {
  if (!stack) return say([])
  const { Session } = require('node:inspector')
  const session = new Session()
  const files = new Map()
  try {
    session.connectToMainThread()
    session.on('Debugger.scriptParsed', ({ params }) => files.set(params.scriptId, params.url))
    session.once('Debugger.paused', ({ params }) => {
      session.post('Debugger.resume')
      session.post('Debugger.disable')
      session.disconnect()
      say(params.callFrames.map(({ functionName, url, location }) => {
        const file = url || files.get(location.scriptId) || 'generated code'
        return (functionName || '(anonymous)') + ' (' + file + ':' + (location.lineNumber + 1) + ')'
      }))
    })
    session.post('Debugger.enable')
    session.post('Debugger.pause')
  } catch (error) {
    say(['its stack cannot be read: ' + error.message])
  }
}

function say(frames) {
  const lines = [
    'warning: a job has been in one call for ' + timeoutMs / 1000 + ' s; nothing else runs in this thread meanwhile.',
    ...frames.slice(0, 8).map((frame) => '    at ' + frame),
    'hint: make the function return sooner, or asynchronous; rivulet.watchdog.timeout sets the time, 0 turns this off.',
  ]
  writeSync(2, lines.join('\\n') + '\\n')
}
`

/** By timeout: all jobs of a thread share one heartbeat. */
const watches = new Map<number, Watch>()

export function watchThread(timeoutMs: number): Watch {
  const known = watches.get(timeoutMs)
  if (known !== undefined) return known
  const cells = new Int32Array(new SharedArrayBuffer(8))
  const worker = new Worker(program, {
    eval: true,
    workerData: { cells, timeoutMs, stack: isMainThread },
    execArgv: [],
  })
  worker.unref()
  const watch: Watch = {
    beat() {
      Atomics.store(cells, BUSY, 1)
      Atomics.add(cells, BEATS, 1)
    },
    rest() {
      Atomics.store(cells, BUSY, 0)
    },
  }
  watches.set(timeoutMs, watch)
  return watch
}
