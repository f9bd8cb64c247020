/**
 * `npm run -s conformance -- CASES.json OUT.json`           answer cases
 * `npm run -s conformance -- --parse IN.jsonl OUT.jsonl`    does the parser accept each statement
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseLines } from '../src/sql/parse-lines.ts'
import { answer } from '../test/conformance/answer.ts'
import { type Answer, parseCases } from '../test/conformance/case.ts'

const args = process.argv.slice(2)
const parse = args[0] === '--parse'
const [input, output] = parse ? args.slice(1) : args
if (input === undefined || output === undefined) {
  process.stderr.write('usage: conformance [--parse] INPUT OUTPUT\n')
  process.exit(2)
}
if (parse) {
  writeFileSync(output, parseLines(readFileSync(input, 'utf8')))
} else {
  const answers: Answer[] = []
  for (const testCase of parseCases(readFileSync(input, 'utf8'))) answers.push(await answer(testCase))
  writeFileSync(output, JSON.stringify(answers))
}
