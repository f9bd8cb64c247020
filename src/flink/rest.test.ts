/** What a person is told when there is no cluster, another one than supported, or one that lacks something. */
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, describe, it } from 'node:test'
import { isRivuletError } from '../base/errors.ts'
import { packageJob } from './package.ts'
import { causesOf, FlinkCluster } from './rest.ts'

const servers: Server[] = []
after(() => {
  for (const server of servers) server.close()
})

async function answering(status: number, body: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(body))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function complaint(run: Promise<unknown>): Promise<{ code: string; message: string; hint: string }> {
  try {
    await run
  } catch (error) {
    if (isRivuletError(error)) return { code: error.code, message: error.message, hint: error.hint ?? '' }
    throw error
  }
  assert.fail('nothing was refused')
}

const version = (found: string) => answering(200, JSON.stringify({ 'flink-version': found }))

describe('a cluster that cannot take the job', () => {
  it('is not there', async () => {
    const url = await answering(200, '')
    servers.pop()?.close()
    const { code, message, hint } = await complaint(new FlinkCluster(url).version())
    assert.equal(code, 'FLINK_UNREACHABLE')
    assert.equal(message, `No Flink cluster answers at ${url}: the connection was refused.`)
    assert.match(hint, /rest\.port/)
  })

  for (const [what, body] of [
    ['a page', '<html>hello</html>'],
    ['JSON of another program', '{"version": 1}'],
  ]) {
    it(`is ${what}`, async () => {
      const { code, message } = await complaint(new FlinkCluster(await answering(200, body)).version())
      assert.equal(code, 'FLINK_UNREACHABLE')
      assert.match(message, /something else answers there|what answers there is no Flink/)
    })
  }

  for (const found of ['1.20.1', '2.4.0', '2.30.0', '3.0-SNAPSHOT']) {
    it(`is Flink ${found}`, async () => {
      const { code, message } = await complaint(new FlinkCluster(await version(found)).version())
      assert.equal(code, 'FLINK_VERSION')
      assert.match(message, new RegExp(`is Flink ${found}; jobs are packaged for 2\\.0 to 2\\.3`))
    })
  }

  it('is any of 2.0 to 2.3', async () => {
    for (const found of ['2.0.0', '2.1.1', '2.2-SNAPSHOT', '2.3.0'])
      assert.equal(await new FlinkCluster(await version(found)).version(), found)
  })

  it("lacks a connector's jar", async () => {
    const trace = [
      'org.apache.flink.runtime.rest.handler.RestHandlerException: Could not execute application.',
      '\tat org.apache.flink.SomeHandler.handle(SomeHandler.java:1)',
      "Caused by: org.apache.flink.table.api.ValidationException: Could not find any factory for identifier 'kafka' that implements 'DynamicTableFactory' in the classpath.",
    ]
    const url = await answering(500, JSON.stringify({ errors: ['Internal server error.', trace.join('\n')] }))
    const { code, message, hint } = await complaint(new FlinkCluster(url).run('jar', {}))
    assert.equal(code, 'FLINK_REFUSED')
    assert.match(
      message,
      /HTTP 500\): RestHandlerException: Could not execute application\.\nValidationException: Could not find/,
    )
    assert.doesNotMatch(message, /SomeHandler/)
    assert.match(hint, /no jar for 'kafka': add it with --jar/)
  })

  for (const platform of ['linux-arm64', 'linux-x86_64-musl']) {
    it(`has no V8: ${platform}`, async () => {
      const recording = {
        steps: [],
        functions: [],
        options: {},
        findings: [],
        connectors: new Set<string>(),
        formats: new Set<string>(),
      }
      const packed = packageJob('job.ts', recording, { platform, jars: [], placeOf: () => undefined })
      const { code, message, hint } = await complaint(packed)
      assert.equal(code, 'FLINK_NO_RUNTIME')
      assert.match(message, new RegExp(`for the platform '${platform}'`))
      assert.match(hint, /Alpine \(musl\) and arm64 have none/)
    })
  }
})

describe('a stack trace of Java', () => {
  it('is told as its causes and lines of TypeScript', () => {
    const trace = [
      'org.apache.flink.runtime.JobException: Recovery is suppressed',
      '\tat org.apache.flink.X.y(X.java:1)',
      'Caused by: rivulet.flink.FunctionFailedException: TypeScript function f failed: RangeError: no',
      '    at refuse (job.ts:5)',
      '\t... 3 more',
    ]
    assert.equal(
      causesOf(trace.join('\n')),
      'JobException: Recovery is suppressed\nFunctionFailedException: TypeScript function f failed: RangeError: no\n    at refuse (job.ts:5)',
    )
  })
})
