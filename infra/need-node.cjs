// Plain CommonJS without newer syntax: it has to run, and to complain, on the oldest Node that a user may start it with.
// Types are stripped since 22.18 and 23.6; the releases from 23.0 to 23.5 fail on the first file.
var version = process.versions.node.split('.').map(Number);
var least = { 22: 18, 23: 6 }[version[0]] || 0;
if (version[0] < 22 || version[1] < least) {
  // biome-ignore lint/style/useTemplate: read by a Node of any age
  console.error('Cannot run on Node ' + process.versions.node + ': use Node 22.18 or later, except 23.0 to 23.5');
  process.exit(1);
}
