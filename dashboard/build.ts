/**
 * Builds the dashboard. A program rather than a Vite configuration file, so that `scripts/build.ts` and the browser test call
 * it too.
 */
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { build } from 'vite'

const root = fileURLToPath(new URL('.', import.meta.url))

export async function buildDashboard(outDir = `${root}dist`): Promise<string> {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    // Relative: the page works under any path of a proxy.
    base: './',
    plugins: [react()],
    build: { outDir, emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  })
  return outDir
}

if (import.meta.main) await buildDashboard()
