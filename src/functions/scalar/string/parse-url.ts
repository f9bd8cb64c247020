/** The parts are those of java.net.URL: only protocols that it knows, nothing decoded, the query's keys as written. */
import { args, nullable, optional } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

const PROTOCOLS = ['http', 'https', 'ftp', 'file', 'jar', 'mailto']

export const parseUrl = scalar({
  name: 'PARSE_URL',
  theme: 'string',
  doc: 'A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, AUTHORITY, FILE or USERINFO; the value of a key of the query with QUERY and a key. NULL where there is none.',
  signature: args([STRING, STRING, optional(STRING)], nullable(STRING)),
  nulls: 'propagate',
  eval: (url: string, part: string, key?: string) => {
    const parts = split(url)
    if (parts === undefined) return null
    if (key !== undefined) return part === 'QUERY' && parts.query !== null ? queryValue(parts.query, key) : null
    switch (part) {
      case 'PROTOCOL':
        return parts.protocol
      case 'AUTHORITY':
        return parts.authority
      case 'USERINFO': {
        const at = parts.authority?.lastIndexOf('@') ?? -1
        return at < 0 ? null : (parts.authority as string).slice(0, at)
      }
      case 'HOST': {
        if (parts.authority === null) return ''
        const host = parts.authority.slice(parts.authority.lastIndexOf('@') + 1)
        return /^\[[^\]]*\]/.exec(host)?.[0] ?? host.replace(/:\d*$/, '')
      }
      case 'PATH':
        return parts.path
      case 'FILE':
        return parts.query === null ? parts.path : `${parts.path}?${parts.query}`
      case 'QUERY':
        return parts.query
      case 'REF':
        return parts.ref
      default:
        return null
    }
  },
  examples: [
    ["PARSE_URL('https://u@a.b:80/p?q=1#r', 'HOST')", 'a.b'],
    ["PARSE_URL('https://u@a.b:80/p?q=1#r', 'QUERY', 'q')", '1'],
    ["PARSE_URL('bad', 'HOST')", 'NULL'],
  ],
})

interface Parts {
  readonly protocol: string
  readonly authority: string | null
  readonly path: string
  readonly query: string | null
  readonly ref: string | null
}

/** Rows of one URL often ask for several parts: the last one is kept. */
let lastUrl: string | undefined
let lastParts: Parts | undefined

function split(url: string): Parts | undefined {
  if (url === lastUrl) return lastParts
  lastUrl = url
  lastParts = read(url.trim())
  return lastParts
}

function read(url: string): Parts | undefined {
  const match = /^([A-Za-z][A-Za-z0-9.+-]*):(.*)$/s.exec(url)
  const protocol = match?.[1].toLowerCase() ?? ''
  if (match === null || !PROTOCOLS.includes(protocol)) return undefined
  const hash = match[2].indexOf('#')
  const ref = hash < 0 ? null : match[2].slice(hash + 1)
  let rest = hash < 0 ? match[2] : match[2].slice(0, hash)
  if (protocol === 'jar') return { protocol, authority: null, path: rest, query: null, ref }
  const mark = rest.indexOf('?')
  const query = mark < 0 ? null : rest.slice(mark + 1)
  if (mark >= 0) rest = rest.slice(0, mark)
  if (!rest.startsWith('//')) return { protocol, authority: null, path: rest, query, ref }
  const slash = rest.indexOf('/', 2)
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash)
  const port = /:([^:\]@]*)$/.exec(authority)?.[1]
  if (port !== undefined && !/^\d*$/.test(port)) return undefined
  return { protocol, authority, path: slash < 0 ? '' : rest.slice(slash), query, ref }
}

function queryValue(query: string, key: string): string | null {
  for (const pair of query.split('&')) if (pair.startsWith(`${key}=`)) return pair.slice(key.length + 1)
  return null
}
