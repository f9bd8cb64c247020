/** What a window is; shared by group windows and window table functions. Times are milliseconds. */
export type WindowShape =
  | { readonly type: 'tumble'; readonly size: number; readonly offset: number }
  | { readonly type: 'hop'; readonly size: number; readonly slide: number; readonly offset: number }
  | { readonly type: 'cumulate'; readonly maxSize: number; readonly step: number; readonly offset: number }
  | { readonly type: 'session'; readonly gap: number; readonly partition: readonly number[] }

export interface WindowSpec {
  readonly shape: WindowShape
  /** Input column of the time attribute; its type says rowtime or proctime, TIMESTAMP or TIMESTAMP_LTZ. */
  readonly timeColumn: number
  readonly time: 'rowtime' | 'proctime'
  /** IANA zone in which windows over TIMESTAMP_LTZ (and proctime) are aligned; UTC for TIMESTAMP. */
  readonly timeZone: string
}
