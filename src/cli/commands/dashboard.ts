/**
 * `rivulet dashboard`
 *
 * Law: the token reaches the browser through a file that only its owner can read, never through a command line, which every
 * user of the machine can see.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Command } from '../command.ts'
import { clientOf, dataFolder, serverFlags } from '../server-flags.ts'

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

export const dashboard: Command = {
  name: 'dashboard',
  usage: 'dashboard [--print]',
  summary: "Open the server's dashboard in the browser, with the token that running SQL functions needs.",
  flags: {
    print: { type: 'boolean', help: 'Print the address, token included, instead of opening it.' },
    ...serverFlags,
  },
  async run(call) {
    const client = clientOf(call)
    await client.call('GET', '/overview')
    const address = client.dashboard()
    if (call.boolean('print')) {
      call.io.out(address)
      return 0
    }
    const folder = dataFolder(call)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const file = join(folder, 'dashboard.html')
    const page = `<!doctype html><meta charset="utf-8"><title>Rivulet</title><script>location.replace(${JSON.stringify(address)})</script>`
    writeFileSync(file, page, { mode: 0o600 })
    const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open']
    const opener = spawn(program, [...args, pathToFileURL(file).href], { stdio: 'ignore', detached: true })
    const opened = await new Promise<boolean>((resolve) => {
      opener.once('error', () => resolve(false))
      opener.once('spawn', () => resolve(true))
    })
    opener.unref()
    call.io.out(
      opened
        ? `Opening ${client.url}`
        : `No browser was found (${program}). rivulet dashboard --print prints the address.`,
    )
    return opened ? 0 : 1
  },
}
