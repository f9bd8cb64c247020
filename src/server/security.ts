/**
 * Who may call what.
 *
 * Laws
 * - On loopback everybody on the machine may look and cancel; what carries code needs the token, which only the owner of the
 *   data folder can read. On any other address everything needs the token or a client certificate that the server's CA signed.
 * - A request whose Host is not one of the server's names is refused (DNS rebinding), and so is one whose Origin is another
 *   site (a page in the user's browser). No CORS header is ever sent.
 * - Tokens are compared in constant time and appear in no log and no error.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { fail } from '../base/errors.ts'

export interface Access {
  readonly token: string
  readonly loopback: boolean
  /** Names, lower case, without a port. */
  readonly hosts: ReadonlySet<string>
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** Read a token file, which must be its owner's alone. */
export function readToken(file: string): string {
  if (!existsSync(file)) fail('SERVER_TOKEN_FILE', { file, detail: 'it does not exist.' })
  const mode = statSync(file).mode & 0o777
  if ((mode & 0o077) !== 0) {
    const detail = `others can read or write it (mode ${mode.toString(8)}); chmod 600 it.`
    fail('SERVER_TOKEN_FILE', { file, detail })
  }
  const token = readFileSync(file, 'utf8').trim()
  if (token.length < 16) fail('SERVER_TOKEN_FILE', { file, detail: 'a token has at least 16 characters.' })
  return token
}

/** The token of a data folder, made at the first start. */
export function ownToken(file: string): string {
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  return readToken(file)
}

function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

function hostName(authority: string): string {
  return authority
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
}

export function checkHost(request: IncomingMessage, access: Access): void {
  const { host, origin } = request.headers
  if (host === undefined || !access.hosts.has(hostName(host))) {
    fail('SERVER_FORBIDDEN_HOST', { header: 'Host', value: host ?? '' })
  }
  if (origin === undefined) return
  const scheme = (request.socket as TLSSocket).encrypted === true ? 'https' : 'http'
  if (origin.toLowerCase() !== `${scheme}://${host.toLowerCase()}`) {
    fail('SERVER_FORBIDDEN_HOST', { header: 'Origin', value: origin })
  }
}

export function hasToken(request: IncomingMessage, access: Access): boolean {
  const { authorization } = request.headers
  const sent = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]
  if (sent !== undefined && sameSecret(sent, access.token)) return true
  const socket = request.socket as TLSSocket
  return socket.encrypted === true && socket.authorized
}

/** @param code the call carries code that the server will run */
export function checkToken(request: IncomingMessage, access: Access, code: boolean): void {
  if ((access.loopback && !code) || hasToken(request, access)) return
  const why = code
    ? 'This call carries code that the server will run; it needs the token.'
    : 'This server can be reached by other machines; every call needs the token.'
  fail('SERVER_TOKEN_NEEDED', { why })
}

/** The names under which a server is called: its address, and those of loopback when it listens there. */
export function hostNames(host: string, more: readonly string[]): Set<string> {
  const names = new Set([host.toLowerCase(), ...more.map(hostName)])
  const everywhere = host === '0.0.0.0' || host === '::'
  if (isLoopback(host) || everywhere) for (const name of ['localhost', '127.0.0.1', '::1']) names.add(name)
  if (everywhere) names.delete(host)
  return names
}

/** For messages and URLs. */
export function authority(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}
