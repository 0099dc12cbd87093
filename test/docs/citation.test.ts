import { expect } from 'chai';
import { parse } from 'yaml';
import { read } from './markdown.js';

/** What the Citation File Format 1.2.0 asks of a file and of each reference, of the keys used here. */
const REQUIRED = ['authors', 'cff-version', 'message', 'title'];
const REQUIRED_OF_REFERENCE = ['authors', 'title', 'type'];
const KEYS = [
  ...[...REQUIRED, 'abstract', 'date-released', 'keywords', 'license', 'references', 'type'],
  ...['url', 'version', 'repository-code'],
];
const KEYS_OF_REFERENCE = [
  ...[...REQUIRED_OF_REFERENCE, 'collection-title', 'date-released', 'identifiers', 'languages'],
  ...['notes', 'url', 'year'],
];
const TYPES = ['software', 'dataset'];
const TYPES_OF_REFERENCE = ['article', 'blog', 'conference-paper', 'generic', 'software'];
const PERSON = ['affiliation', 'family-names', 'given-names', 'orcid'];
const ENTITY = ['name', 'website'];

type Entry = Record<string, unknown>;
const isText = (value: unknown) => typeof value === 'string' && value.trim() !== '';

function faultsOf(entry: Entry, required: string[], keys: string[], types: string[]): string[] {
  const authors = (entry.authors ?? []) as Entry[];
  const isAuthor = (author: Entry) =>
    [PERSON, ENTITY].some((known) =>
      Object.entries(author).every(([key, value]) => known.includes(key) && isText(value)),
    );
  return [
    ...required.filter((key) => !(key in entry)).map((key) => `lacks ${key}`),
    ...Object.keys(entry)
      .filter((key) => !keys.includes(key))
      .map((key) => `has ${key}`),
    ...(types.includes(entry.type as string) ? [] : [`is a ${entry.type}`]),
    ...(authors.length > 0 && authors.every(isAuthor) ? [] : ['has strange authors']),
    ...(/^\d{4}-\d\d-\d\d$/.test((entry['date-released'] ?? '2026-01-01') as string)
      ? []
      : ['has a strange date']),
    ...(/^https:\/\//.test((entry.url ?? 'https://') as string) ? [] : ['has a strange url']),
  ];
}

const faults = (citation: Entry) => [
  ...faultsOf(citation, REQUIRED, KEYS, TYPES),
  ...(citation.references as Entry[]).flatMap((reference) =>
    faultsOf(reference, REQUIRED_OF_REFERENCE, KEYS_OF_REFERENCE, TYPES_OF_REFERENCE),
  ),
];

describe('CITATION.cff', () => {
  // Dates stay texts, as the format's schema wants them.
  const citation: Entry = parse(read('CITATION.cff'), { schema: 'core' });
  const manifest = JSON.parse(read('package.json'));

  it('is what the Citation File Format 1.2.0 asks for', () => {
    expect(citation['cff-version']).to.equal('1.2.0');
    expect(isText(citation.message) && isText(citation.title)).to.equal(true);
    expect(faults(citation)).to.deep.equal([]);
  });

  it('could not lack an author, nor have a key that the format does not know', () => {
    expect(faults({ ...citation, authors: [] })).to.have.length(1);
    expect(faults({ ...citation, licence: 'MIT' })).to.have.length(1);
    const references = [{ type: 'post', title: 'x', authors: [{ 'family-name': 'Su' }] }];
    expect(faults({ ...citation, references })).to.have.length(2);
  });

  it('has the version and the licence of package.json', () => {
    expect(citation).to.include({ version: manifest.version, license: manifest.license });
  });

  it('names the sources that README names', () => {
    const addresses = (citation.references as Entry[]).map(({ url }) => url as string);
    expect(addresses).to.include('https://arxiv.org/abs/1907.08610');
    const how = /## How to cite(.*?)\n## /s.exec(read('README.md'))![1];
    for (const address of addresses) expect(how).to.contain(`(${address})`);
  });
});
