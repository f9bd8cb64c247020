/**
 * Secrets leave the server as asterisks: in configurations, SQL texts, errors and logs.
 *
 * Laws
 * - A key is secret by its name, the way Flink decides (`GlobalConfiguration`): password, secret, token, jaas and the like.
 * - Masking a text keeps its length, so that spans into it stay right.
 * - Masking takes time that grows with the text and not with its square, whatever is in it: others send the texts.
 */
import { catalogue } from '../base/catalogue/index.ts'

const SECRET_KEY =
  /password|passwd|secret|api-?key|auth-params|service-key|token|basic-auth|jaas\.config|(?:private|access|account)[.-]?key|keystore\.key$/i

/** `'key' = 'value'` of SQL (`'key': 'value'` of other languages), with quotes doubled inside; a value whose end was cut off reaches to the end of the text. */
const SQL_OPTION = /('([^'\n]{1,200})'\s{0,99}[=:]\s{0,99}')((?:[^']|'')*)/g
/** `password="…"` of a JAAS configuration, `password=…` of a URL or a properties file, `"password": "…"` of JSON, JSON in JSON (`\"`). */
const ASSIGNMENT =
  /((?:password|passwd|secret|token|api-?key)[\w.-]{0,99}\\?"?\s{0,9}[=:]\s{0,9})(\\"[^"]*"|"(?:[^"\\]|\\.)*"|'[^']*'|[^\s'",;&)]+)/gi
/** `scheme://user:password@host` */
const URL_LOGIN = /(:\/\/[^\s:/@]*:)([^\s@/]+)(@)/g

const stars = (text: string) => '*'.repeat(text.length)

export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key)
}

export function maskText(text: string): string {
  return text
    .replace(SQL_OPTION, (all, before: string, key: string, value: string) =>
      isSecretKey(key) ? before + stars(value) : all,
    )
    .replace(ASSIGNMENT, (all, key: string, value: string, at: number, whole: string) => {
      // SQL_UNEXPECTED_TOKEN: is the beginning of a message.
      const word = /\w*$/.exec(whole.slice(Math.max(0, at - 80), at))?.[0] + (/^\w+/.exec(key)?.[0] ?? '')
      return word in catalogue ? all : key + stars(value)
    })
    .replace(URL_LOGIN, (_, before: string, value: string, after: string) => before + stars(value) + after)
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
