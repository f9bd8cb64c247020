/** Functions from modules, for `CREATE FUNCTION f AS './udfs.ts#f' LANGUAGE TYPESCRIPT`. */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fail } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'

/** Import modules in the program's own process, with whatever loader it runs under; paths are relative to `folder`. */
export function importFunction(folder: string): (specifier: string, exportName: string) => Promise<unknown> {
  return async (specifier, exportName) => {
    const target =
      specifier.startsWith('.') || specifier.startsWith('/')
        ? pathToFileURL(resolve(folder, specifier)).href
        : specifier
    let module: Record<string, unknown>
    try {
      module = await import(target)
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause)
      return fail('ENGINE_FUNCTION_MODULE', { module: `${specifier}#${exportName}`, detail }, { cause })
    }
    return exportOf(module, specifier, exportName)
  }
}

export function exportOf(module: Record<string, unknown>, specifier: string, exportName: string): unknown {
  if (!(exportName in module)) {
    const names = Object.keys(module)
    const hint = didYouMean(exportName, names) ?? (names.length > 0 ? `It exports: ${names.join(', ')}.` : undefined)
    const detail = `the module has no export '${exportName}'.`
    fail('ENGINE_FUNCTION_MODULE', { module: `${specifier}#${exportName}`, detail, hint })
  }
  return module[exportName]
}
