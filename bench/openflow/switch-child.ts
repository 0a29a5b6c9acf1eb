/**
 * Our switch in a process of its own: listens at the Unix socket that its argument names, until its
 * input ends.
 */

import { once } from 'node:events';
import { serveOpenFlow } from '../../src/openflow/openflow-server.js';
import { createSwitch } from '../../src/switch.js';

const [path = ''] = process.argv.slice(2);
const sw = createSwitch({ ports: 2, flows: '' });
const server = serveOpenFlow(sw);
await server.listen(`punix:${path}`);
console.log('listening');
process.stdin.resume();
await once(process.stdin, 'end');
await server.close();
await sw.stop();
