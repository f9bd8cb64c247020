/** `rivulet plan diff OLD.sql NEW.sql` and `rivulet plan diff NEW.sql --savepoint FOLDER` */
import { readFileSync } from 'node:fs'
import { fail } from '../../base/errors.ts'
import { nodeHost } from '../../base/node-host.ts'
import { diffPlans, identities, scriptPlans, snapshotIdentity } from '../../engine/plan-diff.ts'
import type { Command } from '../command.ts'
import { environmentFor } from '../run-file.ts'
import { substitute } from '../script-variables.ts'

export const plan: Command = {
  name: 'plan',
  usage: 'plan diff OLD.sql NEW.sql | plan diff NEW.sql --savepoint FOLDER',
  summary: 'Say which operators keep, lose or begin without state when a script changes.',
  details: 'Nothing is run. Exit code: 0 the state is kept as it is, 1 it is not, 2 usage or SQL is wrong.',
  flags: {
    savepoint: { type: 'string', value: 'FOLDER', help: 'Compare with this savepoint or checkpoint.' },
  },
  async run(call) {
    const [action, ...files] = call.positionals
    const savepoint = call.string('savepoint')
    if (action !== 'diff' || files.length !== (savepoint === undefined ? 2 : 1)) {
      return fail('CLI_USAGE', { detail: 'It takes diff and two scripts, or one and --savepoint.', command: 'plan' })
    }
    const plansOf = (file: string) => {
      const sql = substitute(readFileSync(file, 'utf8'), new Map(), ['kafka-zookeeper-servers'])
      return scriptPlans(environmentFor(file, { out: call.io.out }), sql, file)
    }
    const now = await plansOf(files.at(-1) as string)
    const before =
      savepoint === undefined
        ? identities(await plansOf(files[0]))
        : now.map(() => snapshotIdentity(nodeHost, savepoint))
    const { lines, fits } = diffPlans(await Promise.all(before), now)
    for (const line of lines) call.io.out(line)
    return fits ? 0 : 1
  },
}
