/**
 * Builds what is published: one bundle set per sub-path (esbuild, code shared between them, source maps) and the types (tsc).
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { build } from 'esbuild'
import { buildDashboard } from '../dashboard/build.ts'
import { buildVendored, toVendored } from './vendor.ts'

rmSync('dist', { recursive: true, force: true })
await build({
  entryPoints: {
    index: 'src/index.ts',
    testing: 'src/testing.ts',
    'kafka/index': 'src/kafka/index.ts',
    'cli/bin': 'src/cli/bin.ts',
    'cli/worker': 'src/cli/worker.ts',
    'server/gateway': 'src/server/gateway/entry.ts',
    // Read by esbuild while packaging for Flink, not by Node.
    'flink/functions': 'src/flink/v8/functions.ts',
    'flink/api': 'src/flink/v8/api.ts',
    'flink/node': 'src/flink/v8/node.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node22.22',
  packages: 'external',
  plugins: [toVendored],
  sourcemap: true,
  // The sources are in the repository; maps that repeat them would double the package.
  sourcesContent: false,
  legalComments: 'none',
  // Less to read at start; names stay, and source maps lead back to the lines.
  minifyWhitespace: true,
})
await buildVendored(resolve('dist/vendor'))
// What `rivulet server` serves.
await buildDashboard(resolve('dist/dashboard'))
chmodSync('dist/cli/bin.js', 0o755)
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' })
// Declarations keep the source's `.ts` specifiers; what is published beside them is `.js`.
for (const file of globSync('dist/**/*.d.ts')) {
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace(/((?:from|import\()\s*['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2'))
}
