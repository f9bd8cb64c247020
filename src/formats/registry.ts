import type { Format } from './contract.ts'

import { csvFormat } from './csv/format.ts'
import { jsonFormat } from './json/format.ts'
import { rawFormat } from './raw/format.ts'

/** Every built-in format; a new one is a folder and a line here. */
export const formats: readonly Format[] = [jsonFormat, csvFormat, rawFormat]

export function findFormat(identifier: string): Format | undefined {
  return formats.find((format) => format.identifier === identifier)
}
