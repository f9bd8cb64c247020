/**
 * Records per CPU-second of the JSON format on payment events.
 *
 *   node --conditions=rivulet-source bench/json.ts [--records 2000000]
 *
 * Decoding: three of five fields, as the payment job asks for them — with `createTime` as a string, and with it parsed to a
 * time on the way — all five fields, and the general reader without generated code. Encoding: the job's result rows.
 */
import { parseOptions } from '../src/base/options.ts'
import { createByteSink, createRowSink, type FormatField } from '../src/formats/contract.ts'
import { JsonRowDecoder } from '../src/formats/json/decoder.ts'
import { jsonFormat } from '../src/formats/json/format.ts'
import { type Batch, batchOf } from '../src/types/batch.ts'
import { BIGINT, DOUBLE, INT, STRING, timestamp } from '../src/types/logical-type.ts'

const flag = process.argv.indexOf('--records')
const total = flag < 0 ? 2_000_000 : Number(process.argv[flag + 1])
const DISTINCT = 20_000
const BATCH = 4096

/** Events as the generator of the payment example writes them, one second apart, one after another in one buffer. */
function events(): { bytes: Uint8Array; starts: Int32Array } {
  let seed = 42
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return (seed + ((Math.imul(seed, 22695477) >>> 5) & 0x1fffff) / 0x200000) / 2 ** 32
  }
  const texts: string[] = []
  const base = Date.UTC(2026, 10, 23, 10)
  for (let i = 0; i < DISTINCT; i++) {
    const time = new Date(base + i * 1000).toISOString().slice(0, 19).replace('T', ' ')
    texts.push(
      `{"createTime": "${time}", "orderId": ${1795428001 + i}, "payAmount": ${100000 * random()}, ` +
        `"payPlatform": ${random() < 0.9 ? 0 : 1}, "provinceId": ${Math.floor(random() * 7)}}`,
    )
  }
  const starts = new Int32Array(DISTINCT + 1)
  texts.forEach((text, i) => {
    starts[i + 1] = starts[i] + text.length
  })
  return { bytes: new TextEncoder().encode(texts.join('')), starts }
}

const { bytes, starts } = events()
const convert = { ignoreErrors: false, failOnMissing: false, standard: 'SQL' as const }

function report(name: string, records: number, run: () => void): void {
  run()
  const before = process.cpuUsage()
  run()
  const used = process.cpuUsage(before)
  const seconds = (used.user + used.system) / 1e6
  console.log(`${name.padEnd(44)} ${(records / seconds / 1e6).toFixed(2).padStart(6)} M records per CPU-second`)
}

function decode(name: string, schema: readonly FormatField[], generate = true): void {
  const decoder = new JsonRowDecoder(schema, { ...convert, generate })
  report(name, total, () => {
    let sink = createRowSink(schema, BATCH)
    for (let i = 0, k = 0; i < total; i++, k = k + 1 === DISTINCT ? 0 : k + 1) {
      if (sink.length === BATCH) sink = createRowSink(schema, BATCH)
      decoder.decode(bytes, starts[k], starts[k + 1], sink)
    }
  })
}

decode('decode 3 of 5, createTime as STRING', [
  { name: 'createTime', type: STRING },
  { name: 'payAmount', type: DOUBLE },
  { name: 'provinceId', type: INT },
])
decode('decode 3 of 5, createTime parsed on the way', [
  { name: 'createTime', type: timestamp(3), parse: 'sql-timestamp' },
  { name: 'payAmount', type: DOUBLE },
  { name: 'provinceId', type: INT },
])
decode('decode 5 of 5', [
  { name: 'createTime', type: STRING },
  { name: 'orderId', type: BIGINT },
  { name: 'payAmount', type: DOUBLE },
  { name: 'payPlatform', type: INT },
  { name: 'provinceId', type: INT },
])
decode(
  'decode 3 of 5 by the general reader',
  [
    { name: 'createTime', type: STRING },
    { name: 'payAmount', type: DOUBLE },
    { name: 'provinceId', type: INT },
  ],
  false,
)

const results = [
  { name: 'province', type: STRING },
  { name: 'pay_amount', type: DOUBLE },
  { name: 'rowtime', type: timestamp(3) },
]
const provinces = ['beijing', 'shanghai', 'hangzhou', 'shenzhen', 'jiangxi', 'chongqing', 'xizang']
const batch: Batch = batchOf(
  results,
  Array.from({ length: BATCH }, (_, i) => [provinces[i % 7], 1101223.765261142 + i / 7, 1795428000000 + i * 5000]),
)
const encoder = jsonFormat.encoder!({
  schema: results,
  options: parseOptions("format 'json'", jsonFormat.options, {}),
  timeZone: 'UTC',
  legacy: false,
})
report('encode results', total, () => {
  const sink = createByteSink(1 << 20)
  for (let i = 0; i < total; i++) {
    if (i % BATCH === 0) sink.length = 0
    encoder.encode(batch, i % BATCH, sink)
  }
})
