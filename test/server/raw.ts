/** HTTP as an attacker sends it: paths are not normalized, headers are sent as given. */
import { request as plain, type RequestOptions } from 'node:http'
import { request as secure } from 'node:https'
import { connect } from 'node:net'

export interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
  /** The code of the error, wherever it travels. */
  readonly code: string | undefined
}

export interface Sent extends RequestOptions {
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string }
  readonly body?: string | Buffer
}

export function send(
  port: number,
  method: string,
  path: string,
  { tls, body, ...options }: Sent = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { host: '127.0.0.1', port, method, path, agent: false as const, ...options }
    const sent = tls === undefined ? plain(all) : secure({ ...all, ...tls })
    sent.on('response', (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response
        resolve({ status, headers, text, code: codeOf(headers['rivulet-error'], text) })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function codeOf(header: string | string[] | undefined, text: string): string | undefined {
  if (header !== undefined) return JSON.parse(decodeURIComponent(String(header))).code
  try {
    return JSON.parse(text).rivulet?.code
  } catch {
    return undefined
  }
}

/** Bytes over a socket, and what came back until the server closed it. */
export function bytes(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let got = ''
    socket.on('data', (chunk) => {
      got += chunk
    })
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve(got) : reject(error)))
    socket.on('close', () => resolve(got))
  })
}
