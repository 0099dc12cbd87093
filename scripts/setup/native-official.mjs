/** The native library as tfjs-node's own install script brings it: a download of some 100 MB. */

import { copyFileSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { PROJECT } from './folders.mjs';
import { addonFile, folderOf } from './native-addon.mjs';
import { run } from './run.mjs';
import { StepFailure } from './steps.mjs';

/** A host that has not answered by then counts as out of reach. */
const PROBE_SECONDS = 10;
/** A download without a new byte for so long has died. */
const STALL_SECONDS = 15;
/** The script may end with compiling, which writes nothing for a while. */
const COMPILE_SECONDS = 180;

/** @throws StepFailure when the host cannot be reached or the script fails. */
export async function download(packageName, scriptArguments, say) {
  const address = downloadAddress();
  const { host, hostname, protocol } = new URL(address);
  const silence = await probe(address, PROBE_SECONDS * 1000);
  if (silence)
    throw new StepFailure(`tfjs-node's download host ${host} is out of reach (${silence}).`);

  const isOpen = protocol === 'http:' && !/^(localhost|127\.|\[::1\])/.test(hostname);
  const warning = ', unencrypted: what comes could be changed on its way';
  say(`downloading from ${host}${isOpen ? warning : ''}`);
  const folder = folderOf(packageName);
  // What an attempt that broke off has left, or a link to an addon built here.
  rmSync(join(folder, 'deps'), { recursive: true, force: true });
  rmSync(addonFile(packageName), { force: true });
  const script = join(folder, 'scripts', 'install.js');
  const { ok, cause } = await run(process.execPath, [script, ...scriptArguments], {
    cwd: folder,
    env: { PATH: join(PROJECT, 'node_modules', '.bin') + delimiter + process.env.PATH },
    stalled: stallDetector(folder),
  });
  if (!ok) throw new StepFailure(`tfjs-node's own install script failed: ${cause}.`);
  if (!existsSync(addonFile(packageName))) {
    throw new StepFailure(`tfjs-node's own install script brought no addon.`);
  }
  if (process.platform === 'win32') {
    // The script puts the library beside another N-API version's addon.
    const name = 'tensorflow.dll';
    copyFileSync(join(folder, 'deps', 'lib', name), join(addonFile(packageName), '..', name));
  }
}

/** Variables that tfjs-node's install script takes its address from, the first one first. */
const ADDRESSES = ['TFJS_NODE_BASE_URI', 'TFJS_NODE_CDN_STORAGE', 'CDN_STORAGE'];

/** Where tfjs-node downloads from. @throws StepFailure when a variable holds no address for that. */
export function downloadAddress(environment = process.env) {
  const name = ADDRESSES.find((each) => environment[each]);
  const address = name ? environment[name] : 'https://storage.googleapis.com/';
  if (/^https?:\/\//i.test(address) && URL.canParse(address)) return new URL(address).href;
  throw new StepFailure(
    `${name} is ${address.replace(/.*@/s, '…@')}, which is no http or https address: correct or unset it.`,
  );
}

/**
 * Asks for anything at all at an address, through the proxy that the install script would use.
 *
 * @returns why there was no answer, or null when there was one.
 */
export function probe(address, milliseconds) {
  const proxy =
    process.env.HTTPS_PROXY ||
    process.env.https_proxy ||
    process.env.HTTP_PROXY ||
    process.env.http_proxy;
  const request = address.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const options = { method: 'HEAD', agent: proxy ? proxyAgent(proxy) : undefined };
    const asked = request(address, options, (response) => {
      response.resume();
      settle(null);
    });
    const settle = (outcome) => {
      clearTimeout(timer);
      asked.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(
      () => settle(`no answer within ${milliseconds / 1000} s`),
      milliseconds,
    );
    asked.on('error', (error) => settle(error.code ?? error.message));
    asked.end();
  });
}

function proxyAgent(proxy) {
  const requireOfTfjs = createRequire(join(folderOf('@tensorflow/tfjs-node'), 'package.json'));
  const HttpsProxyAgent = requireOfTfjs('https-proxy-agent');
  return new HttpsProxyAgent(proxy);
}

/** Says true once neither the script's output nor its files have grown for too long. */
function stallDetector(folder) {
  let seen = -1;
  let since = Date.now();
  return (outputLength) => {
    const size = outputLength + sizeOf(join(folder, 'deps')) + sizeOf(join(folder, 'build'));
    if (size !== seen) {
      seen = size;
      since = Date.now();
    }
    const unpacked = existsSync(join(folder, 'deps', 'lib'));
    return Date.now() - since > 1000 * (unpacked ? COMPILE_SECONDS : STALL_SECONDS);
  };
}

function sizeOf(folder) {
  if (!existsSync(folder)) return 0;
  let size = 0;
  for (const name of readdirSync(folder, { recursive: true })) {
    try {
      size += statSync(join(folder, name)).size;
    } catch {
      // Moved meanwhile.
    }
  }
  return size;
}
