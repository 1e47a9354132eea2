// Runs in a process of its own: imports the bundle that its argument names, and says what that took of the processor, in milliseconds.
import { pathToFileURL } from 'node:url';

const [path = ''] = process.argv.slice(2);
const before = process.cpuUsage();
await import(pathToFileURL(path).href);
const { user, system } = process.cpuUsage(before);
process.send?.((user + system) / 1_000);
process.disconnect?.();
