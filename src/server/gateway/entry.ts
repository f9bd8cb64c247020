/**
 * The process of a server in which SQL sessions live.
 *
 * Laws
 * - Planning and SELECTs run here and INSERTs in jobs of their own, so that whatever a session does, and a user's function in
 *   it, no job and not the server itself is touched.
 * - It listens on loopback for the server alone: every request carries the secret that only the two know.
 */
import { timingSafeEqual } from 'node:crypto'
import { fromErrorJson } from '../../base/errors.ts'
import { nodeHost } from '../../base/node-host.ts'
import type { Cluster, SessionJob } from '../../engine/cluster.ts'
import type { ClusterCall, ClusterJob, FromGateway, ToGateway } from './messages.ts'
import { serveGateway } from './serve.ts'

const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
let calls = 0

function tell(message: FromGateway): void {
  process.send?.(message)
}

function call(what: ClusterCall): Promise<unknown> {
  const n = calls++
  return new Promise((resolve, reject) => {
    waiting.set(n, { resolve, reject })
    tell({ type: 'call', n, what })
  })
}

function sessionJob(job: ClusterJob): SessionJob {
  const { id } = job
  return {
    ...job,
    wait: async () => void (await call({ call: 'wait', job: id })),
    cancel: async () => void (await call({ call: 'cancel', job: id })),
    stopWithSavepoint: async (_, { drain }) => (await call({ call: 'stop', job: id, drain })) as string,
  }
}

const cluster: Cluster = {
  submit: async (job) => sessionJob((await call({ call: 'submit', job })) as ClusterJob),
  jobs: async () => ((await call({ call: 'jobs' })) as readonly ClusterJob[]).map(sessionJob),
}

async function start(secret: string, version: string): Promise<void> {
  const expected = Buffer.from(secret)
  const { port } = await serveGateway({
    host: nodeHost,
    version,
    environment: { cluster },
    access: (headers) => {
      const sent = Buffer.from(String(headers['rivulet-gateway'] ?? ''))
      return sent.length === expected.length && timingSafeEqual(sent, expected)
    },
    trusted: (headers) => headers['rivulet-trusted'] === 'true',
  })
  tell({ type: 'listening', port })
}

process.on('disconnect', () => process.exit(0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
process.on('message', (message: ToGateway) => {
  if (message.type === 'start') {
    void start(message.secret, message.version)
    return
  }
  const { n, value, error } = message
  const waiter = waiting.get(n)
  waiting.delete(n)
  if (error === undefined) waiter?.resolve(value)
  else waiter?.reject(fromErrorJson(error))
})
