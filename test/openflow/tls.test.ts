import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/base/clock.js';
import { parseMessage } from '../../src/openflow/message.js';
import { type OpenFlowServer, serveOpenFlow } from '../../src/openflow/openflow-server.js';
import { createSwitch, type Switch } from '../../src/switch.js';

const FOLDER = join(import.meta.dirname, 'fixtures/tls');

const pathOf = (name: string): string => join(FOLDER, `${name}.pem`);
const caCertificate = pathOf('authority');

/** Files of the switch, of a controller or of a stranger. */
function filesOf(who: 'switch' | 'controller' | 'stranger') {
  return { privateKey: pathOf(`${who}-key`), certificate: pathOf(who), caCertificate };
}

function contextOf(who: 'controller' | 'stranger') {
  const { privateKey, certificate } = filesOf(who);
  return {
    key: readFileSync(privateKey),
    cert: readFileSync(certificate),
    ca: readFileSync(caCertificate),
  };
}

let sw: Switch;
let server: OpenFlowServer;

function serve(tls = filesOf('switch')): OpenFlowServer {
  sw = createSwitch({ ports: 1, clock: new SystemClock() });
  server = serveOpenFlow(sw, { tls });
  return server;
}

afterEach(async () => {
  await server.close();
  await sw.stop();
});

async function helloFrom(socket: TLSSocket): Promise<string | undefined> {
  const [bytes] = (await once(socket, 'data')) as [Uint8Array];
  return parseMessage(bytes).type;
}

describe('pssl:', () => {
  it('says hello to a peer that the authority vouches for', async () => {
    const { port } = await serve().listen('pssl:0:127.0.0.1');
    const options = { ...contextOf('controller'), checkServerIdentity: () => undefined };
    const socket = connect({ host: '127.0.0.1', port, ...options });
    expect(await helloFrom(socket)).toBe('hello');
    socket.destroy();
  });

  it('hangs up on one that it does not vouch for', async () => {
    const { port } = await serve().listen('pssl:0:127.0.0.1');
    const options = { ...contextOf('stranger'), checkServerIdentity: () => undefined };
    const socket = connect({ host: '127.0.0.1', port, ...options });
    socket.on('error', () => {});
    await once(socket, 'close');
    expect(server.controllers.peers).toEqual([]);
  });

  it('is refused without files, or with a file that is not there', async () => {
    sw = createSwitch({ ports: 1 });
    server = serveOpenFlow(sw);
    await expect(server.listen('pssl:0:127.0.0.1')).rejects.toThrow(
      'Cannot use "pssl:0:127.0.0.1": TLS needs a private key',
    );
    const missing = serveOpenFlow(sw, { tls: { ...filesOf('switch'), privateKey: '/nowhere' } });
    await expect(missing.listen('pssl:0:127.0.0.1')).rejects.toThrow(
      'Cannot read "/nowhere" for TLS: no such file',
    );
  });
});

describe('ssl:', () => {
  it('dials a controller that the authority vouches for, whatever its name', async () => {
    const controller = createServer({ ...contextOf('controller'), requestCert: true });
    controller.listen(0, '127.0.0.1');
    await once(controller, 'listening');
    const address = controller.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const accepted = once(controller, 'secureConnection');
    const dialer = serve().connect(`ssl:127.0.0.1:${port}`);
    const [socket] = (await accepted) as [TLSSocket];
    expect(await helloFrom(socket)).toBe('hello');
    expect(dialer.isConnected).toBe(true);
    dialer.stop();
    socket.destroy();
    controller.close();
  });

  it('is refused without files', () => {
    sw = createSwitch({ ports: 1 });
    server = serveOpenFlow(sw);
    expect(() => server.connect('ssl:127.0.0.1')).toThrow('TLS needs a private key');
  });
});
