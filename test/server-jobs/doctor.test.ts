/** The doctor of a job in another process: by REST and by the command line. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isRivuletError } from '../../src/base/errors.ts'
import { main } from '../../src/cli/main.ts'
import { TABLES, type TestServer, testServer } from '../server/harness.ts'

describe('the doctor of a server', { timeout: 60_000 }, () => {
  let server: TestServer
  before(async () => {
    server = await testServer()
  })
  after(() => server.close())

  it('finds the condition that never passes, with its place', async () => {
    const id = await server.submit(`${TABLES}INSERT INTO k SELECT a, CAST(a AS BIGINT) FROM s\nWHERE a > 100;`)
    await server.until(id, 'RUNNING')
    let answer = await server.client.doctor(id)
    while (answer.findings[0]?.code !== 'FILTER_NEVER_PASSES') {
      await new Promise((resolve) => setTimeout(resolve, 50))
      answer = await server.client.doctor(id)
    }
    const [finding] = answer.findings
    assert.ok(Number(finding.evidence.rowsIn) > 0)
    assert.ok(answer.source !== undefined && finding.span !== undefined)
    assert.equal(answer.source.text.slice(finding.span.start, finding.span.end), 'a > 100')
    const lines: string[] = []
    const io = {
      out: (line: string) => lines.push(line),
      err: () => {},
      terminal: false,
      signal: new AbortController().signal,
    }
    assert.equal(await main(['doctor', id, '--server', server.server.url, '--data', server.data], io), 0)
    assert.match(lines[0], /^error FILTER_NEVER_PASSES/)
    assert.match(lines[3], /:5:7 \| WHERE a > 100/)
    await server.client.cancel(id)
  })

  it('says of a job that never ran that there is nothing to examine', async () => {
    const id = await server.submit(`${TABLES}INSERT INTO k SELECT b FROM s;`)
    await server.until(id, 'FAILED')
    await assert.rejects(
      server.client.doctor(id),
      (error) => isRivuletError(error) && error.code === 'SERVER_NOT_RUNNING',
    )
  })
})
