/** Stack lines of the bundle as lines of TypeScript, by its source map; bare V8 has no `--enable-source-maps`. */

interface Segment {
  readonly column: number
  readonly source: number
  readonly line: number
}

interface SourceMap {
  readonly sources: readonly string[]
  readonly mappings: string
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Replace every `functions.js:LINE:COLUMN` by its place in the sources; lines of the runtime itself are left out. */
export function mappedStack(stack: string, sourceMap: string): string {
  const { sources, mappings } = JSON.parse(sourceMap) as SourceMap
  const lines = decode(mappings)
  const kept: string[] = []
  for (const text of stack.split('\n')) {
    const place = /(?:[^\s(]*\/)?rivulet\/functions\.c?js:(\d+):(\d+)/.exec(text)
    if (place === null) {
      kept.push(text)
      continue
    }
    const column = Number(place[2]) - 1
    const segment = lines[Number(place[1]) - 1]?.findLast((each) => each.column <= column)
    if (segment === undefined) continue
    const source = sources[segment.source]
    if (!source.startsWith('rivulet:')) kept.push(text.replace(place[0], `${source}:${segment.line + 1}`))
  }
  return kept.join('\n')
}

function decode(mappings: string): Segment[][] {
  let [source, line] = [0, 0]
  return mappings.split(';').map((group) => {
    let column = 0
    const segments: Segment[] = []
    for (const text of group.split(',')) {
      const numbers = vlq(text)
      if (numbers.length === 0) continue
      column += numbers[0]
      if (numbers.length < 4) continue
      source += numbers[1]
      line += numbers[2]
      segments.push({ column, source, line })
    }
    return segments
  })
}

function vlq(text: string): number[] {
  const numbers: number[] = []
  let [value, shift] = [0, 0]
  for (const char of text) {
    const digit = DIGITS.indexOf(char)
    value |= (digit & 31) << shift
    shift += 5
    if (digit & 32) continue
    numbers.push(value & 1 ? -(value >>> 1) : value >>> 1)
    value = 0
    shift = 0
  }
  return numbers
}
