import type { Format } from './contract.ts'
import { jsonFormat } from './json/format.ts'

/** Every built-in format; a new one is a folder and a line here. */
export const formats: readonly Format[] = [jsonFormat]

export function findFormat(identifier: string): Format | undefined {
  return formats.find((format) => format.identifier === identifier)
}
