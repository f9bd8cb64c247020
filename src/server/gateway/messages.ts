/** What a server and its gateway process say to each other over the IPC channel: JSON. */
import type { RivuletErrorJson } from '../../base/errors.ts'
import type { ClusterSubmission } from '../../engine/cluster.ts'

export interface ClusterJob {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly started: number
}

export type ClusterCall =
  | { readonly call: 'submit'; readonly job: ClusterSubmission }
  | { readonly call: 'jobs' }
  | { readonly call: 'wait' | 'cancel'; readonly job: string }
  | { readonly call: 'stop'; readonly job: string; readonly drain?: boolean }

export type ToGateway =
  | { readonly type: 'start'; readonly secret: string; readonly version: string }
  | { readonly type: 'answer'; readonly n: number; readonly value?: unknown; readonly error?: RivuletErrorJson }

export type FromGateway =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'call'; readonly n: number; readonly what: ClusterCall }
