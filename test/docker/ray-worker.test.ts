import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { RAY_VERSION } from '../../src/sweeps/ray/engine.js';
import { ROOT } from '../cli/command.js';

const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');
const { version, scripts, engines, bin } = JSON.parse(read('package.json'));

/** A Dockerfile's instructions, its continued lines joined and its comments left out. */
const instructions = read('docker', 'ray-worker.Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [, name, rest] = line.match(/^([A-Z]+) (.*)$/) ?? [];
    expect(name, line).to.be.oneOf(['FROM', 'RUN', 'ENV', 'USER', 'WORKDIR', 'COPY', 'ARG']);
    return { name, rest };
  });
const all = (name: string) => instructions.filter((each) => each.name === name);
const PAGES = ['laptop', 'slurm', 'kubernetes'];
const page = (name: string) => read('docs', 'cluster', `${name}.md`);

describe('the image of a Ray worker', () => {
  it('begins with a pinned Node that the package allows', () => {
    const [{ rest }] = instructions;
    const [, major, minor] = rest.match(/^node:(\d+)\.(\d+)\.\d+-bookworm$/)!;
    const [, least, leastMinor] = engines.node.match(/^>=(\d+)\.(\d+)$/);
    expect(Number(major) * 1000 + Number(minor)).to.be.at.least(
      Number(least) * 1000 + Number(leastMinor),
    );
  });

  it('has the Ray that the engine installs', () => {
    expect(all('ARG').map(({ rest }) => rest)).to.include(`RAY_VERSION=${RAY_VERSION}`);
  });

  it('is set up by a script and a folder that exist, as a user who may write there', () => {
    const runs = all('RUN').map(({ rest }) => rest);
    expect(runs).to.include('npm run setup');
    expect(scripts).to.have.property('setup');
    expect(all('WORKDIR')[0].rest).to.equal('/opt/lazyahead');
    expect(all('USER')[0].rest).to.equal('node');
    expect(runs.find((run) => run.includes('chown node:node'))).to.contain('/opt/lazyahead');
    const cache = all('ENV')[0].rest.replace('LAZYAHEAD_CACHE=', '');
    expect(runs.find((run) => run.includes('chown node:node'))).to.contain(cache);
  });

  it('copies all that set-up and the driver read, and leaves out what set-up makes', () => {
    const ignored = read('docker', 'ray-worker.Dockerfile.dockerignore').trim().split('\n');
    const needed = [
      'src',
      'scripts',
      'package.json',
      'package-lock.json',
      '.npmrc',
      'tsconfig.json',
    ];
    for (const path of needed) {
      expect(existsSync(join(ROOT, path)), path).to.equal(true);
      expect(ignored).to.not.include(path);
    }
    const made = read('.gitignore').match(/^(node_modules|\.venv|dist|runs|docs\/api)(?=\/$)/gm);
    expect(ignored).to.include.members(made!);
    expect(readdirSync(join(ROOT, 'src', 'sweeps', 'ray'))).to.include('driver.py');
  });
});

describe('the pages on clusters', () => {
  it('name one version of Ray: the engine’s', () => {
    for (const name of PAGES) {
      const versions = page(name).match(/(?<=\bRay |ray\[client\]==|rayVersion: ')\d+\.\d+\.\d+/g);
      expect(new Set(versions), name).to.deep.equal(new Set([RAY_VERSION]));
    }
  });

  it('have a manifest of a head without trials and of workers with room for as many as CPUs', () => {
    const [, text] = page('kubernetes').match(/```yaml\n([\s\S]*?)```/)!;
    const { apiVersion, kind, spec } = parse(text);
    expect([apiVersion, kind]).to.deep.equal(['ray.io/v1', 'RayCluster']);
    expect(spec.authOptions).to.deep.equal({ mode: 'token' });
    expect(spec.headGroupSpec.rayStartParams['num-cpus']).to.equal('0');
    const [workers] = spec.workerGroupSpecs;
    const [{ resources, image }] = workers.template.spec.containers;
    expect(image).to.match(new RegExp(`:${version}$`));
    expect(image).to.equal(spec.headGroupSpec.template.spec.containers[0].image);
    // Ray offers 70 % of the memory to tasks: 0.7 × 8 GiB / 1.2 GB = 5.01 trials.
    expect(resources.limits).to.deep.equal({ cpu: '4', memory: '8Gi' });
    expect(Math.floor((0.7 * 8 * 2 ** 30) / 1.2e9)).to.be.at.least(4);
  });

  it('start on the nodes the program that the package has', () => {
    for (const name of ['laptop', 'kubernetes']) {
      const [, path] = page(name).match(/--worker-command 'node \/opt\/lazyahead\/([^']+)'/)!;
      expect(path).to.equal(bin.lazyahead.replace('./', '').replace('bin.js', 'main.js'));
    }
  });

  it('say before each block of commands why it is not run', () => {
    for (const name of PAGES) {
      const blocks = page(name).match(/^.*\n```sh$/gm)!;
      expect(blocks, name).to.not.be.empty;
      for (const block of blocks) expect(block).to.match(/^<!-- not run: .+ -->\n/);
    }
  });
});
