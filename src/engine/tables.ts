/** How a running job reaches the tables of its plan: the planner's own reading of their options, done once per table. */

import { fail } from '../base/errors.ts'
import type { Connector } from '../connectors/contract.ts'
import type { TableAccess } from '../operators/contract.ts'
import type { PlanTable } from '../operators/source-scan/node.ts'
import type { PlannerContext } from '../plan/context.ts'
import { type OpenedTable, openTable } from '../plan/table-request.ts'

export function tableAccess(planner: PlannerContext): TableAccess {
  const opened = new Map<PlanTable, OpenedTable>()
  const open = (table: PlanTable): OpenedTable => {
    let found = opened.get(table)
    if (found === undefined) {
      found = openTable(table, planner, {
        timeZone: planner.options.get('table.local-time-zone') ?? 'UTC',
        inline: planner.inline?.(table.name),
      })
      opened.set(table, found)
    }
    return found
  }
  return {
    source(table) {
      const { connector, request } = open(table)
      return connector.source?.(request) ?? cannot(connector, 'read')
    },
    sink(table) {
      const { connector, request } = open(table)
      return connector.sink?.(request) ?? cannot(connector, 'written')
    },
  }
}

function cannot(connector: Connector, what: string): never {
  return fail('ENGINE_INTERNAL', { detail: `tables of connector '${connector.identifier}' cannot be ${what}` })
}
