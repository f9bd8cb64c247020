/** The stream of rows against viewers that do not read, and against processes that die. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { fastify } from 'fastify'
import type { TappedRows } from '../../src/server/api-types.ts'
import { Looks, MOST_TAPS, type TapViewer } from '../../src/server/looks.ts'
import { lookRoutes } from '../../src/server/rest/looks.ts'

const big = (n: number): TappedRows => ({
  columns: [{ name: 's', type: 'STRING' }],
  rows: [{ kind: '+I', subtask: 0, fields: [`${n}`.padEnd(200_000)] }],
  skipped: 1,
})

describe('a viewer of rows', { timeout: 20_000 }, () => {
  it('that does not read loses rows and is told how many', async () => {
    let viewer: TapViewer | undefined
    let untapped = false
    const tap = (_: number, given: TapViewer) => {
      viewer = given
      return () => {
        untapped = true
      }
    }
    const job = { id: 'j', terminal: false, record: { deployed: { nodes: [{ id: 1 }] } }, looks: { tap } }
    const app = fastify()
    lookRoutes(app as never, { coordinator: { get: () => job } } as never)
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      request({ port, host: '127.0.0.1', path: `/jobs/${'0'.repeat(32)}/operators/1/rows` }, resolve)
        .on('error', reject)
        .end()
    })
    for (let n = 0; n < 100; n++) {
      viewer?.rows(big(n))
      await new Promise((resolve) => setImmediate(resolve))
    }
    let text = ''
    const seen: TappedRows[] = []
    for await (const chunk of response.setEncoding('utf8')) {
      const parts = (text + chunk).split('\n\n')
      text = parts.pop() as string
      for (const part of parts) seen.push(JSON.parse(part.slice('data: '.length)) as TappedRows)
      // Once it reads, it gets rows again, and with them the number of those that it has not seen.
      viewer?.rows({ ...big(0), rows: [], skipped: 0 })
      if (seen.at(-1)?.rows.length === 0) break
    }
    const rows = seen.reduce((sum, event) => sum + event.rows.length, 0)
    const skipped = seen.reduce((sum, event) => sum + event.skipped, 0)
    assert.ok(rows > 0 && rows < 100, `${rows} rows were kept for a viewer that did not read`)
    assert.equal(rows + skipped, 200)
    response.destroy()
    while (!untapped) await new Promise((resolve) => setImmediate(resolve))
    await app.close()
  })

  it('is one of a few, outlives the process, and is told of the end', () => {
    const sent: string[] = []
    const looks = new Looks((message) => sent.push(JSON.stringify(message)))
    let ended = 0
    const viewer: TapViewer = { rows() {}, end: () => ended++ }
    const untap = looks.tap(3, viewer, true)
    for (let i = 1; i < MOST_TAPS; i++) looks.tap(3, viewer, false)
    assert.throws(() => looks.tap(3, viewer, true), { code: 'SERVER_TOO_MANY_TAPS' })
    assert.deepEqual(sent, ['{"type":"tap","request":"0","node":3}'])
    untap()
    untap()
    assert.deepEqual(sent.slice(1), ['{"type":"untap","request":"0"}'])
    sent.length = 0
    looks.running()
    assert.equal(sent.length, MOST_TAPS - 1)
    looks.answered({ type: 'tap-ended', request: '1' })
    assert.equal(ended, 0, 'the end of the job is told by the job')
    looks.ended()
    assert.deepEqual([ended, looks.taps], [MOST_TAPS - 1, 0])
  })

  it('who asked for a key gets an error when the process dies', async () => {
    const looks = new Looks(() => {})
    const answer = looks.state(1, '[1]')
    looks.gone()
    await assert.rejects(answer, { code: 'SERVER_WORKER_GONE' })
  })
})
