import { readFileSync } from 'node:fs'

/** The package's version; `package.json` stands two folders up, in the source tree as in the published package. */
export const version: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
