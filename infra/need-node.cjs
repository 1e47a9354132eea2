// Plain CommonJS without newer syntax: it has to run, and to complain, on the oldest Node that somebody may start it with.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 18)) {
  console.error('Cannot run on Node ' + process.versions.node + ', wanted 22.18 or later');
  process.exit(1);
}
