/**
 * A program's calls as the steps of a job on Flink.
 *
 * Laws
 * - Steps are in the order of the calls; options are those in force when INSERTs are run.
 * - Old syntax goes out as today's (`legacy.ts`); whatever differs on Flink is a finding, for the parity report.
 */
import { fail } from '../base/errors.ts'
import { declarationOf } from '../engine/functions/index.ts'
import type { Recorder } from '../engine/recording.ts'
import { print } from '../sql/index.ts'
import { type LogicalType, typeText } from '../types/logical-type.ts'
import type { FunctionHost } from './bundle.ts'
import type { FunctionStep, Step } from './description.ts'
import { LegacyTables } from './legacy.ts'
import { type Dialect, Parity } from './parity.ts'

/** One way to call a function. */
export interface RecordedFunction {
  readonly name: string
  readonly fn: unknown
  readonly arguments: readonly LogicalType[]
  readonly varArgs: boolean
  readonly result: LogicalType
}

export interface Recording {
  readonly steps: readonly Step[]
  readonly functions: readonly RecordedFunction[]
  /** Options in force at the last INSERT, for `open` of functions. */
  readonly options: Readonly<Record<string, string>>
  readonly findings: readonly string[]
  /** `connector` of every table. */
  readonly connectors: ReadonlySet<string>
  readonly formats: ReadonlySet<string>
}

/** Options that only the embedded engine reads. */
const OWN_OPTION = /^rivulet\./

export function startRecording(
  dialect?: Dialect,
  host: FunctionHost = 'v8',
): { readonly recorder: Recorder; finish(file: string): Recording } {
  const steps: Step[] = []
  const functions: RecordedFunction[] = []
  const parity = new Parity(dialect)
  const connectors = new Set<string>()
  const formats = new Set<string>()
  const sent = new Map<string, string>()
  const legacy = new LegacyTables((finding) => parity.tell(finding))
  const recorder: Recorder = {
    function({ name, system, fn }) {
      const ways = waysOf(name, fn, host)
      steps.push(functionStep(name, system, fn, ways, functions.length))
      parity.function(name)
      functions.push(...ways)
    },
    statement(_session, statement) {
      parity.see(statement)
      switch (statement.kind) {
        case 'create-table': {
          const table = legacy.translate(statement)
          for (const { key, value } of table.options) {
            if (key.value === 'connector') connectors.add(value.value)
            if (/^(key\.|value\.)?format$/.test(key.value)) formats.add(value.value)
          }
          parity.table(
            table.name.parts.map((part) => part.name).join('.'),
            new Map(table.options.map(({ key, value }) => [key.value, value.value])),
          )
          steps.push({ kind: 'statement', sql: print(table) })
          return
        }
        case 'create-view':
        case 'create-catalog':
        case 'create-database':
        case 'drop':
        case 'use':
          steps.push({ kind: 'statement', sql: print(statement) })
          return
        default:
          // Options are read at the INSERT, functions and INSERTs are recorded themselves, the rest only shows something.
          return
      }
    },
    view(path, query) {
      parity.see(query)
      const name = path.split('.').map((part) => `\`${part.replaceAll('`', '``')}\``)
      steps.push({ kind: 'statement', sql: `CREATE TEMPORARY VIEW ${name.join('.')} AS ${print(query)}` })
    },
    inserts(session, name, inserts) {
      for (const [key, value] of session.options.entries()) {
        if (OWN_OPTION.test(key)) parity.tell(`The option '${key}' has no meaning on Flink and is left out.`)
        else {
          parity.option(key, value)
          if (sent.get(key) !== value) steps.push({ kind: 'option', key, value })
        }
        sent.set(key, value)
      }
      for (const { insert } of inserts) parity.see(insert)
      steps.push({ kind: 'inserts', name, sql: inserts.map(({ insert }) => legacy.insert(insert)) })
      return true
    },
  }
  return {
    recorder,
    finish(file) {
      if (!steps.some(({ kind }) => kind === 'inserts')) fail('FLINK_NO_JOB', { file })
      return { steps, functions, options: Object.fromEntries(sent), findings: parity.findings, connectors, formats }
    },
  }
}

function waysOf(name: string, fn: unknown, host: FunctionHost): readonly RecordedFunction[] {
  const declaration = declarationOf(fn) ?? fail('ENGINE_NOT_A_FUNCTION', { name, found: `a ${typeof fn}` })
  if (declaration.asynchronous && host === 'v8') fail('FLINK_FUNCTION_FORM', { name, form: 'asynchronous' })
  const { signature } = declaration.declare(name).fn as {
    signature: { resolve(args: readonly { type: LogicalType }[]): { returns: LogicalType } | undefined }
  }
  return declaration.overloads.map(({ inputTypes, resultType, varArgs = false }) => {
    const types = inputTypes.map((type) => type.logicalType)
    // Of a table function the row, which the declaration alone does not say.
    const result = signature.resolve(types.map((type) => ({ type })))?.returns ?? resultType.logicalType
    return { name, fn, arguments: types, varArgs, result }
  })
}

function functionStep(
  name: string,
  system: boolean,
  fn: unknown,
  ways: readonly RecordedFunction[],
  position: number,
): FunctionStep {
  const declaration = declarationOf(fn) ?? fail('ENGINE_NOT_A_FUNCTION', { name, found: `a ${typeof fn}` })
  const declared = declaration.declare(name)
  const methods = declared.fn as { readonly merges?: boolean; readonly retracts?: boolean }
  return {
    kind: 'function',
    name,
    system,
    function: declared.kind,
    position,
    ways: ways.map(({ arguments: types, varArgs, result }) => ({
      arguments: types.map(typeText),
      varArgs,
      result: typeText(result),
    })),
    deterministic: declaration.deterministic,
    ...(declared.kind === 'aggregate' && { merges: methods.merges === true, retracts: methods.retracts === true }),
  }
}
