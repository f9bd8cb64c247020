/**
 * `npm run golden:update [FILES]` writes what the engine answers into golden files. Read the difference before you commit it:
 * the file is the specification, not the engine.
 */
import { globSync } from 'node:fs'
import { runGolden } from '../test/harness/golden-runner.ts'

const files = process.argv.length > 2 ? process.argv.slice(2) : globSync('{src,test}/**/*.slt').sort()
for (const file of files) {
  const { blocks, failures } = await runGolden(file, true)
  process.stdout.write(`${file}: ${blocks} blocks\n`)
  for (const { block, variant, error } of failures) process.stdout.write(`  ${block} (${variant}): ${error.message}\n`)
  if (failures.length > 0) process.exitCode = 1
}
