import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findJupyter } from '../../src/kernel/jupyter.js';
import { startLab } from '../../src/kernel/lab-server.js';

describe('startLab', () => {
  const root = mkdtempSync(join(tmpdir(), 'lazyahead-root-'));
  after(() => rmSync(root, { recursive: true, force: true }));

  it('serves this machine alone, to who has the token, knows our kernel, and stops', async () => {
    const lab = await startLab(findJupyter(), { root });
    try {
      const address = `http://127.0.0.1:${lab.port}`;
      expect((await fetch(`${address}/api/kernelspecs`)).status).to.equal(403);
      expect((await fetch(lab.url)).status).to.equal(200);
      const response = await fetch(`${address}/api/kernelspecs?token=${lab.token}`);
      const { default: kernel } = (await response.json()) as { default: string };
      expect(kernel).to.equal('tslab');
    } finally {
      await lab.stop();
    }
    const after = await fetch(lab.url).catch((error: Error) => error);
    expect(after).to.be.instanceOf(Error);
  });

  it('runs no Python that lies in the folder that one stands in', async () => {
    const back = process.cwd();
    for (const name of ['queue.py', 'jupyterlab.py']) {
      writeFileSync(join(root, name), "raise SystemExit('not ours')");
    }
    process.chdir(root);
    try {
      const lab = await startLab(findJupyter(), { root });
      await lab.stop();
    } finally {
      process.chdir(back);
    }
  });

  it('ends where a configuration of the user’s says another token, or none, and names the setting', async () => {
    const configured = join(root, 'configured');
    mkdirSync(configured);
    for (const [setting, token] of [
      ['IdentityProvider', ''],
      ['ServerApp', ''],
      ['IdentityProvider', 'mine'],
    ]) {
      writeFileSync(
        join(configured, 'jupyter_server_config.py'),
        `c.${setting}.token = '${token}'`,
      );
      const env = { JUPYTER_CONFIG_DIR: configured };
      const error = await startLab(findJupyter(), { root, env }).catch((error: Error) => error);
      expect(error).to.be.instanceOf(Error);
      expect(error)
        .to.have.property('message')
        .that.matches(
          /asked for (no token|another token than ours): .* sets IdentityProvider\.token or ServerApp\.token/,
        );
    }
  });

  it('refuses a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const error = await startLab(findJupyter(), { root, port }).catch((error: Error) => error);
    other.close();
    expect(error).to.have.property(
      'message',
      `Port ${port} is in use: choose another with --port.`,
    );
  });
});
