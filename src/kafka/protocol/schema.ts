/**
 * The language in which the messages are written down: one constructor per wire type, with the versions that carry it.
 *
 *     groupInstanceId: string({ since: 5, nullable: 5 }),
 *
 * Law: the order of the keys is the order on the wire. A field outside its versions is not on the wire: decoding gives its
 * default, encoding ignores it. Defaults are 0, false, '', [], no topic id, and null for what may be null, unless `default`
 * says otherwise. A field with any option may be left out when writing; one without must be given.
 */

export interface FieldOptions {
  /** First version that carries the field; the API's first if not given. */
  readonly since?: number
  /** Last version that carries it; the API's last if not given. */
  readonly until?: number
  /** First version in which it may be null. */
  readonly nullable?: number
  /** Number among the tagged fields: written only when it differs from its default. */
  readonly tag?: number
  readonly default?: number | boolean | string
}

export type Scalar =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'int64'
  | 'float64'
  | 'uuid'
  | 'string'
  | 'bytes'
  /** Record batches: a view of the bytes of the message, never decoded or copied here. */
  | 'records'

export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  | { readonly kind: 'array'; readonly of: FieldType }
  | { readonly kind: 'struct'; readonly fields: Fields }

declare const shapes: unique symbol

/** `Read` is what decoding gives, `Write` what encoding takes, `Optional` whether it may be left out when writing. */
export interface Field<Read = unknown, Write = unknown, Optional extends boolean = boolean> {
  readonly type: FieldType
  readonly options: FieldOptions
  readonly [shapes]?: { read: Read; write: Write; optional: Optional }
}

export interface Fields {
  readonly [name: string]: Field
}

/** The value that decoding gives: every field present. */
export type Decoded<S extends Fields> = {
  readonly [K in keyof S]: S[K] extends Field<infer Read, unknown, boolean> ? Read : never
}

type OptionalKeys<S extends Fields> = {
  [K in keyof S]: S[K] extends Field<unknown, unknown, infer O> ? (O extends true ? K : never) : never
}[keyof S]
type WriteOf<F> = F extends Field<unknown, infer Write, boolean> ? Write : never

/** The value that encoding takes: fields with options may be left out. */
export type Encodable<S extends Fields> = { readonly [K in Exclude<keyof S, OptionalKeys<S>>]: WriteOf<S[K]> } & {
  readonly [K in OptionalKeys<S>]?: WriteOf<S[K]>
}

type OrNull<T, O> = O extends { readonly nullable: number } ? T | null : T
type IsOptional<O> = [O] extends [undefined] ? false : true

function scalarField<T>(scalar: Scalar) {
  return <const O extends FieldOptions | undefined = undefined>(
    options?: O,
  ): Field<OrNull<T, O>, OrNull<T, O>, IsOptional<O>> => ({
    type: { kind: 'scalar', scalar },
    options: options ?? {},
  })
}

export const bool = scalarField<boolean>('bool')
export const int8 = scalarField<number>('int8')
export const int16 = scalarField<number>('int16')
export const uint16 = scalarField<number>('uint16')
export const int32 = scalarField<number>('int32')
/** A safe integer (see `wire.ts`). */
export const int64 = scalarField<number>('int64')
export const float64 = scalarField<number>('float64')
export const uuid = scalarField<string>('uuid')
export const string = scalarField<string>('string')
export const bytes = scalarField<Uint8Array>('bytes')
export const records = scalarField<Uint8Array>('records')

export function struct<const S extends Fields, const O extends FieldOptions | undefined = undefined>(
  fields: S,
  options?: O,
): Field<OrNull<Decoded<S>, O>, OrNull<Encodable<S>, O>, IsOptional<O>> {
  return { type: { kind: 'struct', fields }, options: options ?? {} }
}

type Element = Field | Fields
type ReadElement<E extends Element> =
  E extends Field<infer Read, unknown, boolean> ? Read : E extends Fields ? Decoded<E> : never
type WriteElement<E extends Element> =
  E extends Field<unknown, infer Write, boolean> ? Write : E extends Fields ? Encodable<E> : never

/** An array of one scalar (`array(int32())`) or of a struct (`array({ name: string() })`). */
export function array<const E extends Element, const O extends FieldOptions | undefined = undefined>(
  element: E,
  options?: O,
): Field<OrNull<readonly ReadElement<E>[], O>, OrNull<readonly WriteElement<E>[], O>, IsOptional<O>> {
  const of: FieldType = isField(element) ? element.type : { kind: 'struct', fields: element }
  return { type: { kind: 'array', of }, options: options ?? {} }
}

function isField(element: Element): element is Field {
  const type = (element as Partial<Field>).type
  return type !== undefined && typeof type.kind === 'string'
}
