/**
 * What the reader found wrong, before anybody knows the column or the topic.
 *
 * Law: a fault never leaves the format: the decoder turns it into a catalogued error or, with `ignore-parse-errors`, into a
 * NULL or a skipped record. It is no Error, so that ignoring a million of them captures no stack.
 */
export type Fault =
  | { readonly kind: 'syntax'; readonly at: number; readonly expected: string; readonly found: string }
  | { readonly kind: 'value'; readonly at: number; readonly type: string; readonly found: string }
  | { readonly kind: 'missing'; readonly at: number; readonly field: string }

export class JsonFault {
  readonly fault: Fault
  constructor(fault: Fault) {
    this.fault = fault
  }
}
