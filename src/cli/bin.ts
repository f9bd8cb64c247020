#!/usr/bin/env node
/** The entry of `bin`: an older Node gets one sentence instead of a syntax error; nothing newer is imported before that. */
const needed = [22, 22]
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(`rivulet needs Node ${needed.join('.')} or newer; this is Node ${process.versions.node}.\n`)
  process.exit(2)
}
const { runProcess } = await import('./main.ts')
await runProcess(process.argv.slice(2))

export {}
