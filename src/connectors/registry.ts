import { blackhole } from './blackhole/connector.ts'
import type { Connector } from './contract.ts'
import { datagen } from './datagen/connector.ts'
import { inline } from './inline/connector.ts'
import { kafka } from './kafka/connector.ts'
import { upsertKafka } from './kafka/upsert-connector.ts'
import { print } from './print/connector.ts'

/** Every built-in connector; a new one is a folder and a line here. */
export const connectors: readonly Connector[] = [kafka, upsertKafka, datagen, print, blackhole, inline]

export function findConnector(identifier: string): Connector | undefined {
  return connectors.find((connector) => connector.identifier === identifier)
}
