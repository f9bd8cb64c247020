/** Imported before any module of the user: standard output belongs to the answers, from the first line on. */
import { Console } from 'node:console'

globalThis.console = new Console(process.stderr, process.stderr)
