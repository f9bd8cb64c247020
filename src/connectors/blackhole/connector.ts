import type { Connector, SinkWriter } from '../contract.ts'

const writer: SinkWriter = {
  full: false,
  async open() {},
  write() {},
  onReady() {},
  async flush() {},
  async close() {},
}

/** `'connector' = 'blackhole'`: takes every change and keeps none. */
export const blackhole: Connector = {
  identifier: 'blackhole',
  options: [],
  formatOptions: [],
  sink: () => ({
    acceptedChangelog: (requested) => requested,
    metadata: [],
    parallel: true,
    createWriter: () => writer,
  }),
}
