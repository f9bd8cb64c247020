/** The SQL Gateway over HTTP: what Flink's SQL client and JDBC driver send, and what they insist on. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { nodeHost } from '../../src/base/node-host.ts'
import { type RunningGateway, serveGateway } from '../../src/server/gateway/serve.ts'

interface Page {
  readonly resultType: 'NOT_READY' | 'PAYLOAD' | 'EOS'
  readonly isQueryResult: boolean
  readonly jobID?: string
  readonly resultKind: string
  readonly results: {
    readonly columns: readonly { readonly name: string; readonly logicalType: { readonly type: string } }[]
    readonly data: readonly { readonly kind: string; readonly fields: readonly unknown[] }[]
  }
  readonly nextResultUri?: string
}

/** What any of the answers has. */
interface Reply extends Page {
  readonly sessionHandle: string
  readonly operationHandle: string
  readonly status: string
  readonly properties: Readonly<Record<string, string>>
  readonly candidates: readonly string[]
  readonly errors: readonly string[]
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly json: Reply
}

let gateway: RunningGateway
before(async () => {
  gateway = await serveGateway({ host: nodeHost, version: 'test', environment: { print: () => {} } })
})
after(() => gateway.close())

/** Flink's clients send a JSON body with every request, GET and DELETE too. */
function send(method: string, path: string, body: unknown = {}): Promise<Answer> {
  const payload = typeof body === 'string' ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: gateway.port,
        method,
        path,
        headers: { 'content-type': 'application/json; charset=UTF-8', 'content-length': Buffer.byteLength(payload) },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode as number, text, json: JSON.parse(text) }))
      },
    )
    call.on('error', reject)
    call.end(payload)
  })
}

async function session(): Promise<string> {
  const { json } = await send('POST', '/v4/sessions', {
    sessionName: 'default',
    properties: { 'parallelism.default': '1' },
  })
  return `/v4/sessions/${json.sessionHandle}`
}

async function start(at: string, statement: string): Promise<string> {
  const { status, json } = await send('POST', `${at}/statements`, { statement, executionTimeout: 0 })
  assert.equal(status, 200)
  return `${at}/operations/${json.operationHandle}`
}

/** All pages of an operation, as a client walks them. */
async function pages(operation: string, format = 'JSON'): Promise<{ list: Page[]; texts: string[] }> {
  const list: Page[] = []
  const texts: string[] = []
  let uri: string | undefined = `${operation}/result/0?rowFormat=${format}`
  while (uri !== undefined) {
    const { status, json, text } = await send('GET', uri)
    assert.equal(status, 200, text)
    if (json.resultType !== 'NOT_READY') {
      list.push(json)
      texts.push(text)
    }
    uri = json.nextResultUri
  }
  return { list, texts }
}

const run = async (at: string, statement: string, format = 'JSON') => pages(await start(at, statement), format)
const rowsOf = ({ list }: { list: Page[] }) => list.flatMap((page) => page.results.data)

describe('the SQL Gateway', () => {
  it('tells its versions under every prefix, and that others are not there', async () => {
    for (const prefix of ['', '/v1', '/v4']) {
      assert.deepEqual((await send('GET', `${prefix}/api_versions`)).json, { versions: ['V1', 'V2', 'V3', 'V4'] })
    }
    const none = await send('GET', '/v5/info')
    assert.equal(none.status, 404)
    assert.deepEqual(none.json, { errors: ['Not found: /v5/info'] })
  })

  it('runs DDL, SHOW and a query, whose numbers keep all digits', async () => {
    const at = await session()
    const ddl = await run(at, "CREATE TABLE n (id BIGINT) WITH ('connector' = 'blackhole');")
    assert.equal(ddl.list[0].resultKind, 'SUCCESS')
    assert.deepEqual(rowsOf(ddl), [{ kind: 'INSERT', fields: ['OK'] }])
    assert.deepEqual(rowsOf(await run(at, 'SHOW TABLES;', 'PLAIN_TEXT')), [{ kind: 'INSERT', fields: ['n'] }])
    const { list, texts } = await run(
      at,
      "SELECT 9007199254740993 AS b, CAST(12345678901234567.89 AS DECIMAL(20, 2)) AS d, TIMESTAMP '2024-02-29 12:34:56.123' AS t, MAP['k', 1] AS m",
    )
    assert.match(
      texts.join('\n'),
      /"fields":\[9007199254740993,12345678901234567\.89,"2024-02-29T12:34:56\.123",\{"k":1\}\]/,
    )
    assert.equal(list[0].isQueryResult, true)
    assert.match(list[0].jobID ?? '', /^[0-9a-f]{32}$/)
    assert.deepEqual(
      list[0].results.columns.map(({ logicalType }) => logicalType.type),
      ['BIGINT', 'DECIMAL', 'TIMESTAMP_WITHOUT_TIME_ZONE', 'MAP'],
    )
    const text = rowsOf(
      await run(at, "SELECT TIMESTAMP '2024-02-29 12:34:56.123' AS t, ARRAY[1, 2] AS a", 'PLAIN_TEXT'),
    )
    assert.deepEqual(text, [{ kind: 'INSERT', fields: ['2024-02-29 12:34:56.123', '[1, 2]'] }])
  })

  it('gives the changes of a query as they are, and an INSERT with its job', async () => {
    const at = await session()
    const changes = rowsOf(await run(at, 'SELECT k, COUNT(*) AS n FROM (VALUES (1), (1)) AS t(k) GROUP BY k'))
    assert.deepEqual(
      changes.map(({ kind }) => kind),
      ['INSERT', 'UPDATE_BEFORE', 'UPDATE_AFTER'],
    )
    await run(at, "CREATE TABLE sink (k INT) WITH ('connector' = 'blackhole')")
    const insert = await run(at, 'INSERT INTO sink VALUES (1)')
    assert.equal(insert.list[0].isQueryResult, false)
    assert.deepEqual(rowsOf(insert), [{ kind: 'INSERT', fields: [insert.list[0].jobID] }])
  })

  it('keeps what SET changed in the session, and other sessions apart', async () => {
    const [at, other] = [await session(), await session()]
    await run(at, "SET 'sql-client.execution.result-mode' = 'tableau';")
    assert.equal((await send('GET', at)).json.properties['sql-client.execution.result-mode'], 'tableau')
    assert.equal((await send('GET', other)).json.properties['sql-client.execution.result-mode'], undefined)
    assert.equal((await send('POST', `${at}/configure-session`, { statement: "SET 'a' = 'b'" })).status, 200)
    assert.equal((await send('GET', at)).json.properties.a, 'b')
  })

  it('lets the last page be asked for again, and no other', async () => {
    const operation = await start(await session(), 'SELECT 1')
    const first = await pages(operation)
    assert.ok(first.list.length >= 2)
    const last = first.list.length - 1
    assert.equal((await send('GET', `${operation}/result/${last}?rowFormat=JSON`)).status, 200)
    const wrong = await send('GET', `${operation}/result/99?rowFormat=JSON`)
    assert.equal(wrong.status, 500)
    assert.match(wrong.text, /Expecting token to be .* but found 99/)
    assert.equal((await send('GET', `${operation}/result/0?rowFormat=XML`)).status, 400)
  })

  it('a mistake comes from the first page: a class, the code, the place and the hint in the last line', async () => {
    const at = await session()
    await run(at, "CREATE TABLE n (id BIGINT) WITH ('connector' = 'datagen')")
    const { status, json } = await send('GET', `${await start(at, 'SELECT idd FROM n')}/result/0?rowFormat=JSON`)
    assert.equal(status, 500)
    const causes = json.errors[1].split('\n').filter((line) => line.startsWith('Caused by: '))
    assert.match(
      causes.at(-1) ?? '',
      /^Caused by: org\.apache\.flink\.table\.api\.ValidationException: PLAN_UNKNOWN_COLUMN: .*«idd».*Did you mean 'id'/,
    )
    const open = await start(at, 'EXECUTE STATEMENT SET BEGIN\nINSERT INTO n SELECT 1;')
    const incomplete = await send('GET', `${open}/result/0?rowFormat=JSON`)
    assert.match(
      incomplete.text,
      /Caused by: org\.apache\.flink\.table\.api\.SqlParserEOFException: Encountered \\"<EOF>\\"/,
    )
  })

  it('a query without end is read page by page, cancelled and closed', async () => {
    const at = await session()
    await run(at, "CREATE TABLE g (id INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000')")
    const operation = await start(at, 'SELECT id FROM g')
    let rows = 0
    for (let uri = `${operation}/result/0?rowFormat=JSON`; rows === 0; ) {
      const { json } = await send('GET', uri)
      rows += json.results?.data.length ?? 0
      uri = json.nextResultUri as string
    }
    assert.equal((await send('GET', `${operation}/status`)).json.status, 'RUNNING')
    assert.deepEqual((await send('POST', `${operation}/cancel`)).json, { status: 'CANCELED' })
    assert.equal((await send('POST', `${operation}/cancel`)).status, 500)
    assert.deepEqual((await send('DELETE', `${operation}/close`)).json, { status: 'CLOSED' })
    assert.equal((await send('GET', `${operation}/status`)).status, 500)
  })

  it('statements that bring code need the token', async () => {
    const at = await session()
    const operation = await start(at, "CREATE TEMPORARY FUNCTION f AS './f.ts#f' LANGUAGE TYPESCRIPT")
    const { status, text } = await send('GET', `${operation}/result/0?rowFormat=JSON`)
    assert.equal(status, 403)
    assert.match(text, /token/)
  })

  it('refuses what is no session, no JSON, no handle', async () => {
    const gone = '/v4/sessions/11111111-1111-1111-1111-111111111111'
    assert.equal((await send('GET', gone)).status, 500)
    assert.equal((await send('GET', '/v4/sessions/zzz')).status, 400)
    assert.equal((await send('POST', `${await session()}/statements`, '{bad')).status, 400)
    const at = await session()
    assert.deepEqual((await send('DELETE', at)).json, { status: 'CLOSED' })
    assert.equal((await send('DELETE', at)).status, 500)
  })

  it('says of materialized tables that there are none', async () => {
    const { status, json } = await send('POST', `${await session()}/materialized-tables/a.b.c/refresh`, {})
    assert.equal(status, 501)
    assert.match(json.errors[0], /not supported/)
  })

  it('completes words, tables, columns and options', async () => {
    const at = await session()
    await run(at, "CREATE TABLE orders (id INT, amount INT) WITH ('connector' = 'datagen')")
    const complete = async (statement: string, position = statement.length) =>
      (await send('GET', `${at}/complete-statement`, { statement, position })).json.candidates
    assert.equal((await complete('SELECT * FR'))[0], 'FROM')
    assert.deepEqual(await complete('SELECT * FROM or'), ['orders'])
    assert.ok((await complete('SELECT am FROM orders', 9)).includes('amount'))
    assert.deepEqual(await complete('SELECT o. FROM orders AS o', 9), ['id', 'amount'])
    assert.ok(
      (await complete("CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'scan.st")).includes('scan.startup.mode'),
    )
    assert.ok((await complete("CREATE TABLE t (a INT) WITH ('connector' = 'ka")).includes('kafka'))
    assert.equal((await complete('sel'))[0], 'select')
  })
})
