/**
 * `rivulet/testing`: what tests of jobs need. A host with virtual time, and an environment that runs on it.
 */
export { type SimulatedHost, simulatedHost } from './base/simulated-host.ts'
