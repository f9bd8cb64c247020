import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { isRivuletError } from './errors.ts'
import type { BrokerConnection } from './host.ts'
import { nodeHost } from './node-host.ts'

const { clock, storage, network } = nodeHost

describe('clock of the Node host', () => {
  it('runs a timer once, unless it was cancelled', async () => {
    const ran: string[] = []
    clock.after(5, () => ran.push('kept'))
    clock.after(5, () => ran.push('cancelled'))()
    clock.after(2 ** 40, () => ran.push('too early'))()
    const cancelLong = clock.after(2 ** 33, () => ran.push('too early'))
    await clock.sleep(30)
    cancelLong()
    assert.deepEqual(ran, ['kept'])
  })

  it('ends a sleep with the reason of the signal', async () => {
    const controller = new AbortController()
    const sleeping = clock.sleep(60_000, controller.signal)
    controller.abort(new Error('enough'))
    await assert.rejects(sleeping, /enough/)
    await assert.rejects(clock.sleep(1, controller.signal), /enough/)
  })
})

describe('storage of the Node host', () => {
  const root = mkdtempSync(join(tmpdir(), 'rivulet-host-'))
  after(() => rmSync(root, { recursive: true, force: true }))
  const bytes = (text: string) => new TextEncoder().encode(text)
  const text = async (path: string) => new TextDecoder().decode(await storage.read(path))

  it('replaces a file as a whole and leaves nothing else behind', async () => {
    const path = `${root}/a/b/file`
    await storage.writeAtomic(path, bytes('one'))
    await storage.writeAtomic(path, bytes('two'))
    assert.equal(await text(path), 'two')
    assert.deepEqual(readdirSync(`${root}/a/b`), ['file'])
    await Promise.all(Array.from({ length: 20 }, (_, i) => storage.writeAtomic(path, bytes(String(i).repeat(1000)))))
    assert.match(await text(path), /^(\d+)(\1){999}$/)
    assert.deepEqual(await storage.list(`${root}/a/b`), ['file'])
  })

  it('makes folders above a file, and says where none can be made', async () => {
    const path = join(root, 'x/y/z/file')
    await Promise.all([storage.writeAtomic(path, new Uint8Array(1)), storage.append(`${path}2`, new Uint8Array(1))])
    assert.deepEqual(await storage.list(join(root, 'x/y/z')), ['file', 'file2'])
    await assert.rejects(storage.writeAtomic(join(path, 'below/file'), new Uint8Array(1)), { code: 'ENOTDIR' })
    // Node's own recursive mkdir does not come back from here.
    if (process.platform === 'linux')
      await assert.rejects(storage.writeAtomic('/proc/nope/below/file', new Uint8Array(1)), { code: 'ENOENT' })
  })

  it('is told as written when file, folder and every new folder above are on the disk', async (t) => {
    if (process.platform !== 'linux') return t.skip('the names of open files are read from /proc')
    const probe = await open(root, 'r')
    const handles = Object.getPrototypeOf(probe) as { sync: () => Promise<void> }
    const synced: string[] = []
    t.mock.method(handles, 'sync', async function (this: { fd: number }) {
      synced.push(readlinkSync(`/proc/self/fd/${this.fd}`).replace(/\.\d+-\d+\.tmp$/, ' before its name'))
    })
    await probe.close()
    await storage.writeAtomic(`${root}/new/deep/file`, bytes('x'))
    assert.deepEqual(synced, [root, `${root}/new`, `${root}/new/deep/file before its name`, `${root}/new/deep`])
    synced.length = 0
    await storage.writeAtomic(`${root}/new/deep/file`, bytes('y'))
    assert.deepEqual(synced, [`${root}/new/deep/file before its name`, `${root}/new/deep`])
    synced.length = 0
    await storage.append(`${root}/new/log`, bytes('z'))
    await storage.sync(`${root}/new/log`)
    assert.deepEqual(synced, [`${root}/new/log`, `${root}/new`])
  })

  it('appends, lists sorted, tells what exists, removes folders', async () => {
    await storage.append(`${root}/log/2`, bytes('x'))
    await storage.append(`${root}/log/2`, bytes('y'))
    await storage.sync(`${root}/log/2`)
    await storage.append(`${root}/log/10`, bytes('z'))
    assert.equal(await text(`${root}/log/2`), 'xy')
    assert.deepEqual(await storage.list(`${root}/log`), ['10', '2'])
    assert.equal(await storage.exists(`${root}/log/2`), true)
    await storage.remove(`${root}/log`)
    await storage.remove(`${root}/log`)
    assert.equal(await storage.exists(`${root}/log/2`), false)
    assert.deepEqual(await storage.list(`${root}/log`), [])
    await assert.rejects(storage.read(`${root}/log/2`))
  })
})

describe('broker connection of the Node host', () => {
  const plain = { flexible: false, responseFlexible: false }

  /** A server that gets each whole request message and answers as it likes. */
  async function withServer(
    onRequest: (message: Buffer, socket: Socket) => void,
    use: (connection: BrokerConnection, port: number) => Promise<void>,
  ): Promise<void> {
    const server = createServer((socket) => {
      let rest = Buffer.alloc(0)
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        rest = Buffer.concat([rest, chunk])
        while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
          const end = 4 + rest.readInt32BE(0)
          onRequest(rest.subarray(4, end), socket)
          rest = rest.subarray(end)
        }
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const connection = await network.connect({ host: '127.0.0.1', port }, { clientId: 'me', connectTimeoutMs: 1000 })
    try {
      await use(connection, port)
    } finally {
      await connection.close()
      server.close()
    }
  }

  const answer = (message: Buffer, body: Buffer, tags: number[] = []) => {
    const head = Buffer.alloc(8)
    head.writeInt32BE(4 + tags.length + body.length, 0)
    message.copy(head, 4, 4, 8) // correlation id
    return Buffer.concat([head, Buffer.from(tags), body])
  }

  it('frames requests and gives each answer a buffer of its own, however the bytes arrive', async () => {
    const seen: string[] = []
    await withServer(
      (message, socket) => {
        seen.push(message.toString('hex'))
        const bytes = answer(message, Buffer.alloc(300_000, message.at(-1)))
        // In pieces of all sizes.
        for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 3) % 70_001)
          socket.write(bytes.subarray(at, at + size))
      },
      async (connection) => {
        const answers = await Promise.all([7, 8, 9].map((n) => connection.request(3, 9, Uint8Array.of(n), plain)))
        for (const [i, body] of answers.entries()) {
          assert.equal(body.length, 300_000)
          assert.ok(body.every((byte) => byte === 7 + i))
        }
        // api 3, version 9, correlation id 0, client id "me", body 7
        assert.equal(seen[0], '00030009000000000002' + '6d65' + '07')
      },
    )
  })

  it('writes and skips tagged fields where the headers have them', async () => {
    const seen: string[] = []
    await withServer(
      (message, socket) => {
        seen.push(message.toString('hex'))
        // One unknown tagged field: tag 5, two bytes.
        socket.write(answer(message, Buffer.from('ok'), [1, 5, 2, 99, 99]))
      },
      async (connection) => {
        const body = await connection.request(18, 3, Uint8Array.of(1), { flexible: true, responseFlexible: true })
        assert.equal(Buffer.from(body).toString(), 'ok')
        assert.equal(seen[0], '00120003000000000002' + '6d65' + '00' + '01')
      },
    )
  })

  it('resolves a request without answer when it is written, and matches the answers behind it', async () => {
    await withServer(
      (message, socket) => {
        if (message.readInt16BE(0) !== 0) socket.write(answer(message, Buffer.from('a')))
      },
      async (connection) => {
        const silent = connection.request(0, 9, Uint8Array.of(1), plain, false)
        const loud = connection.request(3, 9, Uint8Array.of(1), plain)
        assert.equal((await silent).length, 0)
        assert.equal(Buffer.from(await loud).toString(), 'a')
      },
    )
  })

  it('rejects everything that waits when the connection ends', async () => {
    await withServer(
      (_message, socket) => socket.destroy(),
      async (connection, port) => {
        const lost = (error: unknown) =>
          isRivuletError(error) && error.code === 'KAFKA_CONNECTION_LOST' && error.message.includes(`127.0.0.1:${port}`)
        const waiting = [1, 2].map((n) => connection.request(3, 9, Uint8Array.of(n), plain))
        for (const one of waiting) await assert.rejects(one, lost)
        assert.equal(connection.closed, true)
        await assert.rejects(connection.request(3, 9, Uint8Array.of(1), plain), lost)
      },
    )
  })

  it('says what answers when it is not Kafka', async () => {
    for (const [bytes, words] of [
      ['HTTP/1.1 400 Bad Request\r\n', /HTTP server/],
      ['\x15\x03\x03\x00\x02\x02\x16', /expects TLS/],
      ['SSH-2.0-OpenSSH', /not Kafka/],
    ] as const)
      await withServer(
        (_message, socket) => socket.write(Buffer.from(bytes, 'latin1')),
        async (connection) => {
          await assert.rejects(connection.request(3, 9, Uint8Array.of(1), plain), words)
        },
      )
  })

  it('gives up connecting when told', async () => {
    const controller = new AbortController()
    controller.abort(new Error('not any more'))
    const options = { clientId: 'me', connectTimeoutMs: 1000, signal: controller.signal }
    await assert.rejects(network.connect({ host: '127.0.0.1', port: 9 }, options), /not any more/)
    await assert.rejects(
      network.connect({ host: 'no-such-host.invalid', port: 9 }, { clientId: 'me', connectTimeoutMs: 5000 }),
      /no-such-host\.invalid:9 failed: the host name/,
    )
  })
})
