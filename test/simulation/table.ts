/** Which faults have struck in which phases, as a table for people and as the list of what is missing. */
import { FAULTS, IMPOSSIBLE, PHASES, type PlannedFault } from './plan.ts'

export class FaultTable {
  readonly #counts = new Map<string, number>()

  add(faults: readonly PlannedFault[]): void {
    for (const { kind, phase } of faults) {
      const key = `${kind}/${phase}`
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    }
  }

  /** Pairs that can happen and have not. */
  get missing(): string[] {
    return FAULTS.flatMap((kind) =>
      PHASES.filter((phase) => IMPOSSIBLE[kind]?.[phase] === undefined && !this.#counts.has(`${kind}/${phase}`)).map(
        (phase) => `${kind} while ${phase}`,
      ),
    )
  }

  lines(): string[] {
    const head = ['', ...PHASES]
    const rows = FAULTS.map((kind) => [
      kind as string,
      ...PHASES.map((phase) =>
        IMPOSSIBLE[kind]?.[phase] === undefined ? String(this.#counts.get(`${kind}/${phase}`) ?? 0) : '–',
      ),
    ])
    const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i].length)))
    return [head, ...rows].map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
    )
  }
}
