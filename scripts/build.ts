/**
 * Builds what is published: one bundle set per sub-path (esbuild, code shared between them, source maps) and the types (tsc).
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

rmSync('dist', { recursive: true, force: true })
await build({
  entryPoints: {
    index: 'src/index.ts',
    testing: 'src/testing.ts',
    'kafka/index': 'src/kafka/index.ts',
    'cli/bin': 'src/cli/bin.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node22.22',
  packages: 'external',
  sourcemap: true,
  // The sources are in the repository; maps that repeat them would double the package.
  sourcesContent: false,
  legalComments: 'none',
})
chmodSync('dist/cli/bin.js', 0o755)
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' })
