/** Secrets in texts become asterisks of the same length; what only looks like one stays. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isSecretKey, maskText } from './mask.ts'

const SECRET = 'hunter2-hunter2'

const cases: readonly (readonly [text: string, masked: string])[] = [
  ["'properties.password' = 'a''b'", "'properties.password' = '****'"],
  ["'topic' = 'tokens'", "'topic' = 'tokens'"],
  ["{'password': 'abc'}", "{'password': '***'}"],
  ['required username="u" password="p w";', 'required username="u" password=*****;'],
  ['KAFKA_PASSWORD=abc token: de', 'KAFKA_PASSWORD=*** token: **'],
  ['http://user:pw@host', 'http://user:**@host'],
  ['SQL_UNEXPECTED_TOKEN: Expected a name', 'SQL_UNEXPECTED_TOKEN: Expected a name'],
]

describe('masking', () => {
  it('knows secret keys by their names', () => {
    const secret = [
      'properties.sasl.jaas.config',
      'properties.ssl.key.password',
      'properties.ssl.keystore.key',
      'properties.sasl.oauthbearer.client.secret',
      's3.access-key',
      's3.secret-key',
      'fs.azure.account.key.x',
      'avro-confluent.basic-auth.user-info',
      'PASSWORD',
    ]
    for (const key of secret) assert.ok(isSecretKey(key), key)
    const open = ['connector', 'topic', 'key.format', 'key.fields', 'properties.bootstrap.servers', 'fields.key.kind']
    for (const key of open) assert.ok(!isSecretKey(key), key)
  })

  for (const [text, masked] of cases) it(text, () => assert.equal(maskText(text), masked))

  it('finds them in every form that reaches a log, and keeps the length', () => {
    for (const text of [
      `CREATE TABLE t (a INT) WITH ('properties.sasl.jaas.config' = 'x required username="u" password="${SECRET}";')`,
      `it doesn't start: 'ssl.key.password'\n  = '${SECRET}', 'topic' = 't'`,
      `cut off: 'ssl.key.password' = '${SECRET}`,
      `'password' = '${SECRET}''${SECRET}'`,
      `org.x.PlainLoginModule required username="u" password="${SECRET}";`,
      `password='${SECRET}' more`,
      `ssl.key.password=${SECRET}`,
      `jdbc:mysql://h/db?user=u&password=${SECRET}&x=1`,
      `http://user:${SECRET}@host:1/path`,
      `{"password":"${SECRET}","a":1}`,
      JSON.stringify({ msg: JSON.stringify({ password: SECRET }) }),
      JSON.stringify({ msg: `x required password="${SECRET}";` }),
    ]) {
      const masked = maskText(text)
      assert.ok(!masked.includes(SECRET), masked)
      assert.equal(masked.length, text.length)
    }
    const plain = `SELECT 'a' = 'b', password FROM t -- doesn't matter`
    assert.equal(maskText(plain), plain)
  })

  it('takes no longer for texts that are made to take long', () => {
    // Each of these took minutes with a pattern that may begin again at every character.
    for (const part of ["'", "''=", 'a.', 'token', "'a'=", 'password="', '\\"', '://a:']) {
      assert.equal(typeof maskText(part.repeat(200_000)), 'string')
    }
  })
})
