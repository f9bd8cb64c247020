/**
 * Secrets leave the server as asterisks: in configurations, SQL texts, errors and logs.
 *
 * Laws
 * - A key is secret by its name, the way Flink decides (`GlobalConfiguration`): password, secret, token, jaas and the like.
 * - Masking a text keeps its length, so that spans into it stay right.
 */
import { catalogue } from '../base/catalogue/index.ts'

const SECRET_KEY =
  /password|passwd|secret|apikey|api-key|auth-params|service-key|token|basic-auth|jaas\.config|private-?key|access-?key/i

/** `'key' = 'value'` of SQL, with quotes doubled inside. */
const SQL_OPTION = /('(?:[^']|'')*')(\s*=\s*')((?:[^']|'')*)(')/g
/** `password="…"` of a JAAS configuration and `password=…` of a URL or a properties file. */
const ASSIGNMENT =
  /\b([\w.-]*(?:password|passwd|secret|token|api-?key)[\w.-]*\s*[=:]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s'",;&)]+)/gi
/** `scheme://user:password@host` */
const URL_LOGIN = /(:\/\/[^\s:/@]*:)([^\s@/]+)(@)/g

const stars = (text: string) => '*'.repeat(text.length)

export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key)
}

export function maskText(text: string): string {
  return (
    text
      .replace(SQL_OPTION, (all, key: string, between: string, value: string, end: string) =>
        isSecretKey(key) ? key + between + stars(value) + end : all,
      )
      // SQL_UNEXPECTED_TOKEN: is the beginning of a message.
      .replace(ASSIGNMENT, (all, key: string, value: string) =>
        (/^\w+/.exec(key)?.[0] as string) in catalogue ? all : key + stars(value),
      )
      .replace(URL_LOGIN, (_, before: string, value: string, after: string) => before + stars(value) + after)
  )
}

export function maskOptions(options: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, isSecretKey(key) ? '******' : maskText(value)]),
  )
}

/** Every text inside a JSON value. */
export function maskJson<T>(value: T): T {
  if (typeof value === 'string') return maskText(value) as T
  if (Array.isArray(value)) return value.map(maskJson) as T
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, maskJson(each)])) as T
  }
  return value
}
