/** What `open` of a function is given. */

const PARAMETERS = 'pipeline.global-job-parameters'

export class FunctionContext {
  readonly #option: (key: string) => string | undefined

  constructor(option: (key: string) => string | undefined) {
    this.#option = option
  }

  /**
   * A parameter of the job: `SET 'pipeline.global-job-parameters' = 'currency:CNY,limit:100'`, or one by one as
   * `SET 'pipeline.global-job-parameters.currency' = 'CNY'`.
   */
  getJobParameter(key: string, defaultValue: string): string {
    return (
      this.#option(`${PARAMETERS}.${key}`) ?? parseParameters(this.#option(PARAMETERS) ?? '').get(key) ?? defaultValue
    )
  }
}

/** Flink's map options: `key:value,key:value`; parts in quotes may hold commas and colons, `''` stands for a quote. */
function parseParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>()
  const entry = /\s*('(?:[^']|'')*'|"(?:[^"]|"")*"|[^:,'"]+):('(?:[^']|'')*'|"(?:[^"]|"")*"|[^,]*)(?:,|$)/gy
  for (let match = entry.exec(text); match !== null; match = entry.exec(text)) {
    parameters.set(unquoted(match[1]), unquoted(match[2]))
  }
  return parameters
}

function unquoted(text: string): string {
  const trimmed = text.trim()
  const quote = trimmed[0]
  if ((quote !== "'" && quote !== '"') || trimmed.length < 2 || trimmed.at(-1) !== quote) return trimmed
  return trimmed.slice(1, -1).replaceAll(quote + quote, quote)
}
