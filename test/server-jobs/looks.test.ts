/** Live rows and keyed state over HTTP, with jobs in real processes. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { main } from '../../src/cli/main.ts'
import type { CompiledPlanAnswer, KeyedState, TappedRows } from '../../src/server/api-types.ts'
import { COUNT, TABLES, type TestServer, testServer } from '../server/harness.ts'

/** Events of a stream until it ends or is left. */
async function* events(t: TestServer, path: string, signal?: AbortSignal): AsyncGenerator<TappedRows> {
  const answer = await fetch(t.server.url + path, { signal })
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/)
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
  let rest = ''
  for await (const chunk of (answer.body as ReadableStream).pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() as string
    for (const part of parts) if (part.startsWith('data:')) yield JSON.parse(part.slice(5)) as TappedRows
  }
}

async function nodeOf(t: TestServer, id: string, kind: string): Promise<number> {
  const { nodes } = await t.client.call<CompiledPlanAnswer>('GET', `/rivulet/v1/jobs/${id}/plan`)
  return nodes.find((node) => node.kind === kind)?.id as number
}

const wait = () => new Promise((resolve) => setTimeout(resolve, 20))

describe('looking into a job of the server', { timeout: 60_000 }, () => {
  it('shows rows of all subtasks as they come, until the viewer goes', async () => {
    const t = await testServer()
    try {
      const id = await t.submit(COUNT, { parallelism: 2 })
      await t.until(id, 'RUNNING')
      const job = t.server.coordinator.get(id)
      const path = `/rivulet/v1/jobs/${id}/operators/${await nodeOf(t, id, 'group-aggregate')}/rows`
      const stop = new AbortController()
      const subtasks = new Set<number>()
      const kinds = new Set<string>()
      let first: TappedRows | undefined
      for await (const event of events(t, path, stop.signal)) {
        first ??= event
        for (const { kind, subtask, fields } of event.rows) {
          subtasks.add(subtask)
          kinds.add(kind)
          assert.match(fields.join(), /^\d,\d+$/)
        }
        assert.equal(job.looks.taps, 1)
        if (subtasks.size === 2 && kinds.has('+U')) break
      }
      assert.deepEqual([first?.columns[0].name, first?.rows, first?.skipped], ['a', [], 0])
      stop.abort()
      while (job.looks.taps > 0) await wait()
      while (job.report?.lookers !== 0) await wait()
      await t.client.cancel(id)
    } finally {
      await t.close()
    }
  })

  it('from the command line: tap until Ctrl-C or the end of the job, state of a key', async () => {
    const t = await testServer()
    try {
      const id = await t.submit(COUNT, { name: 'counts' })
      await t.until(id, 'RUNNING')
      const run = async (argv: string[], until: (out: readonly string[]) => boolean = () => false) => {
        const stop = new AbortController()
        const [out, err]: [string[], string[]] = [[], []]
        const io = {
          out(line: string) {
            out.push(line)
            if (until(out)) stop.abort()
          },
          err: (line: string) => err.push(line),
          terminal: false,
          signal: stop.signal,
        }
        const code = await main([...argv, '--server', t.server.url, '--data', t.data], io as never)
        return { code, out, err }
      }
      const lines = await run(['tap', 'counts', 'GroupAggregate'], (out) => out.length > 30)
      assert.equal(lines.code, 0)
      assert.match(lines.err[0], /^GroupAggregate\(.*\): a INT, EXPR\$1 BIGINT/)
      assert.ok(
        lines.out.some((line) => /^\+U\[\d, \d+\]$/.test(line)),
        lines.out.join('\n'),
      )
      const json = await run(['tap', id.slice(0, 10), '2', '--json'], (out) => out.length > 3)
      assert.deepEqual(Object.keys(JSON.parse(json.out[0])), ['kind', 'subtask', 'row'])
      assert.deepEqual(Object.keys(JSON.parse(json.out[0]).row).slice(0, 1), ['a'])
      const state = await run(['state', 'counts', '2', '3'])
      assert.deepEqual([state.code, state.out[1]], [0, 'a=3'])
      assert.match(state.out.join('\n'), /groups \(table\)\n {4}.*count_0_count=\d+/)
      const { states } = JSON.parse(
        (await run(['state', 'counts', 'group-aggregate', '[3]', '--json'])).out.join(''),
      ) as KeyedState
      assert.equal(states[0].name, 'groups')
      assert.match((await run(['state', 'counts', '2', '77'])).out.at(-1) ?? '', /Nothing is kept/)
      const wrong = await run(['state', 'counts', '2', 'x'])
      assert.deepEqual([wrong.code, /ENGINE_KEY_VALUE/.test(wrong.err.join('\n'))], [2, true])
      assert.match(
        (await run(['tap', 'counts', 'Window'])).err.join('\n'),
        /SERVER_UNKNOWN_OPERATOR[\s\S]*GroupAggregate/,
      )
      assert.match((await run(['state', 'counts', '2'])).err.join('\n'), /Which key \(a INT\)/)
      assert.match((await run(['describe', 'counts'])).out.join('\n'), /\[2\] GroupAggregate/)
      const ends = await run(['tap', 'counts', 'Sink'], (out) => {
        if (out.length === 1) void t.client.cancel(id)
        return false
      })
      assert.equal(ends.code, 0)
    } finally {
      await t.close()
    }
  })

  it('ends the stream with the job, behind its last row', async () => {
    const t = await testServer()
    try {
      const bounded = TABLES.replace("'connector' = 'datagen',", "'connector' = 'datagen', 'number-of-rows' = '300',")
      const id = await t.submit(`${bounded}INSERT INTO k SELECT a, 1 FROM s;`)
      await t.until(id, 'RUNNING')
      let seen = 0
      for await (const { rows, skipped } of events(t, `/rivulet/v1/jobs/${id}/operators/1/rows`)) {
        seen += rows.length + skipped
      }
      await t.until(id, 'FINISHED')
      assert.ok(seen > 0 && seen <= 300, String(seen))
      const { operators } = await t.client.operators(id)
      assert.equal(operators.find(({ node }) => node === 1)?.rowsOut, 300)
      await assert.rejects(t.client.call('GET', `/rivulet/v1/jobs/${id}/operators/1/rows`), {
        code: 'SERVER_NOT_RUNNING',
      })
      const canceled = await t.submit(COUNT)
      await t.until(canceled, 'RUNNING')
      for await (const _ of events(t, `/rivulet/v1/jobs/${canceled}/operators/1/rows`)) {
        await t.client.cancel(canceled)
      }
      await t.until(canceled, 'CANCELED')
    } finally {
      await t.close()
    }
  })

  it('goes on with the process that replaces one that died', async () => {
    const t = await testServer()
    try {
      const id = await t.submit(COUNT)
      await t.until(id, 'RUNNING')
      const pid = t.server.coordinator.get(id).pid as number
      let killed = false
      for await (const { rows } of events(t, `/rivulet/v1/jobs/${id}/operators/1/rows`)) {
        if (rows.length === 0) continue
        const now = t.server.coordinator.get(id).pid
        if (!killed) process.kill(pid, 'SIGKILL')
        killed = true
        if (now !== pid && now !== undefined) break
      }
      assert.notEqual(t.server.coordinator.get(id).pid, pid)
    } finally {
      await t.close()
    }
  })

  it('shows the state of a key, from the subtask that has it', async () => {
    const t = await testServer()
    try {
      const id = await t.submit(COUNT, { parallelism: 2 })
      await t.until(id, 'RUNNING')
      const node = await nodeOf(t, id, 'group-aggregate')
      const look = (key: string, at: number | string = node, of = id) =>
        t.client.call<KeyedState>('GET', `/rivulet/v1/jobs/${of}/operators/${at}/state?key=${encodeURIComponent(key)}`)
      const subtasks = new Set<number>()
      for (let a = 0; a < 10; a++) {
        let found = await look(`[${a}]`)
        while (found.states.length === 0) found = await look(`[${a}]`)
        const [{ columns, rows }] = found.states
        const count = rows[0][columns.findIndex(({ name }) => name.includes('count'))]
        assert.ok(Number(count) > 0, String(count))
        assert.deepEqual(found.key, [String(a)])
        subtasks.add(found.subtask)
      }
      assert.deepEqual(subtasks, new Set([0, 1]))
      assert.deepEqual((await look('999')).states, [])
      const { nodes } = await t.client.call<CompiledPlanAnswer>('GET', `/rivulet/v1/jobs/${id}/plan`)
      assert.deepEqual(
        nodes.map(({ stateKey }) => stateKey),
        [undefined, [{ name: 'a', type: 'INT' }], undefined],
      )
      const status = async (path: string) => (await fetch(`${t.server.url}/rivulet/v1/jobs/${path}`)).status
      await assert.rejects(look('[1, 2]'), { code: 'ENGINE_KEY_COLUMNS', hint: /\[1\]/ })
      await assert.rejects(look('["x"]'), { code: 'ENGINE_KEY_VALUE' })
      await assert.rejects(look('[1]', 1), { code: 'ENGINE_NO_KEYED_STATE', hint: /GroupAggregate/ })
      await assert.rejects(look('[1]', 77), { code: 'SERVER_UNKNOWN_OPERATOR', hint: /GroupAggregate/ })
      assert.equal(await status(`${id}/operators/77/state?key=1`), 404)
      assert.equal(await status(`${id}/operators/77/rows`), 404)
      assert.equal(await status(`${id}/operators/${node}/state?key=%5B1,2%5D`), 400)
      assert.equal(await status(`${id}/operators/${node}/state`), 400)
      assert.equal(await status(`${id}/operators/x/state?key=1`), 400)
      assert.equal(await status(`${'0'.repeat(32)}/operators/1/rows`), 404)
      await t.client.cancel(id)
      await t.until(id, 'CANCELED')
      assert.equal(await status(`${id}/operators/${node}/state?key=1`), 409)
    } finally {
      await t.close()
    }
  })
})
