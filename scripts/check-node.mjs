/**
 * The repository brings its own Node (the dev dependency `node`); this says what to do when it did not arrive, for example
 * because install scripts were blocked. Plain JavaScript, since an old Node must be able to read it.
 */
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 22)) {
  process.stderr.write(
    `This is Node ${process.versions.node}; Rivulet's repository needs 22.22 or newer and brings its own.\n` +
      'Run `npm install` here (with npm 12: `npm install-scripts approve node`), then use the npm scripts.\n',
  )
  process.exit(1)
}
