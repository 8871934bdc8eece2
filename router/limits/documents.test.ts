import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { Caller } from '#chassis/caller.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { anyDocument, documents, sha256, type DocumentPolicy, type SentDocument } from './documents.ts';
import { readManifests } from './manifests.ts';

const own = '{ own }';
const shared = '{ shared }';
const hashed = (text: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text) } } });
const pharmacy: Caller = { role: 'PHARMACY', subject: 'p', scopes: [], clientId: 'corner' };
const person: Caller = { role: 'PATIENT', subject: 's', scopes: [], clientId: 'app' };

const manifests: DocumentPolicy['manifests'] = {
  of: (clientId, isPartner) => {
    if (clientId === 'corner') return new Map([[sha256(own), own]]);
    return isPartner
      ? undefined
      : new Map([
          [sha256(shared), shared],
          ['Shared', shared],
        ]);
  },
  all: [],
};

function answer(policy: Partial<DocumentPolicy>, sent: SentDocument, caller: Caller | null = person): string {
  const meant = documents({ ...anyDocument, manifests, ...policy }, fits)(sent, caller);
  return 'text' in meant ? meant.text : String(meant.refusal.extensions['code']);
}

const fits = (text: string) => (text.length > 1_000 ? new GraphQLError('long', { extensions: { code: 'OPERATION_TOO_LARGE' } }) : null);

describe('where only registered operations run', () => {
  const registered = { operations: 'registered' } as const;
  test.each<[string, SentDocument, Caller | null, string]>([
    ['a registered text', { query: shared }, person, shared],
    ['the hash of one', hashed(shared), person, shared],
    ['the hash with the text', { query: shared, ...hashed(shared) }, person, shared],
    ['a document id', { documentId: `sha256:${sha256(shared)}` }, person, shared],
    ['the id of the manifest', { documentId: 'Shared' }, person, shared],
    ['a registered text without a token', { query: shared }, null, shared],
    ['another text', { query: '{ other }' }, person, 'OPERATION_NOT_REGISTERED'],
    ['another hash', hashed('{ other }'), person, 'OPERATION_NOT_REGISTERED'],
    ['another text under a registered id', { query: '{ other }', documentId: 'Shared' }, person, 'OPERATION_NOT_REGISTERED'],
    ['another text under a registered hash', { query: '{ other }', ...hashed(shared) }, person, 'BAD_REQUEST'],
    ['what is registered for a partner', { query: own }, pharmacy, own],
    ['what is registered for others', { query: shared }, pharmacy, 'OPERATION_NOT_REGISTERED'],
    ['a partner without a manifest', { query: shared }, { ...pharmacy, clientId: 'elsewhere' }, 'OPERATION_NOT_REGISTERED'],
    ['nothing at all', {}, person, 'OPERATION_NOT_REGISTERED'],
    ['a long text', { query: 'x'.repeat(1_000_000) }, person, 'OPERATION_NOT_REGISTERED'],
  ])('%s', (_, sent, caller, expected) => expect(answer(registered, sent, caller)).toBe(expected));
});

describe('where the graph is open', () => {
  test('any text runs, but not a partner’s where those are registered', () => {
    expect(answer({}, { query: '{ other }' }, pharmacy)).toBe('{ other }');
    expect(answer({ partnersRegistered: true }, { query: '{ other }' }, pharmacy)).toBe('OPERATION_NOT_REGISTERED');
    expect(answer({ partnersRegistered: true }, { query: '{ other }' }, person)).toBe('{ other }');
  });

  test('a text that does not fit is refused, and its hash not remembered', () => {
    const long = 'x'.repeat(1_001);
    const textOf = documents({ ...anyDocument, automatic: true }, fits);
    expect(textOf({ query: long, ...hashed(long) }, person)).toMatchObject({ refusal: { extensions: { code: 'OPERATION_TOO_LARGE' } } });
    expect(textOf(hashed(long), person)).toMatchObject({ refusal: { extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } } });
  });

  test('a hash is known after its text came with it, as Apollo Client has it; and not without being told to', () => {
    const textOf = documents({ ...anyDocument, automatic: true }, fits);
    expect(textOf(hashed(own), person)).toMatchObject({ refusal: { message: 'PersistedQueryNotFound' } });
    expect(textOf({ query: own, ...hashed(own) }, person)).toEqual({ text: own });
    expect(textOf(hashed(own), null)).toEqual({ text: own });
    expect(answer({}, hashed(own))).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
  });

  test('only so many are remembered', () => {
    const textOf = documents({ ...anyDocument, automatic: true }, fits);
    for (let index = 0; index <= 1_000; index++) textOf({ query: `{ a${index} }`, ...hashed(`{ a${index} }`) }, person);
    expect(textOf(hashed('{ a0 }'), person)).toHaveProperty('refusal');
    expect(textOf(hashed('{ a1000 }'), person)).toEqual({ text: '{ a1000 }' });
  });

  test.each([[{ version: 2, sha256Hash: 'x' }], [{ version: 1 }], ['x'], [[]]])('what is no hash is refused: %j', (persistedQuery) =>
    expect(answer({ automatic: true }, { query: own, extensions: { persistedQuery } })).toBe('BAD_REQUEST'),
  );
});

test('manifests of Apollo and of GraphQL Code Generator are read, one file for each program', async () => {
  await using folder = await temporaryFolder();
  const write = (name: string, content: unknown) => writeFile(join(folder.path, name), JSON.stringify(content));
  await write('default.json', {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: [{ id: 'x1', name: 'Shared', type: 'query', body: shared }],
  });
  await write('corner.json', { [sha256(own)]: own });
  const read = await readManifests(folder.path);
  expect(read.all).toEqual([
    { name: `corner/${sha256(own)}`, text: own },
    { name: 'default/Shared', text: shared },
  ]);
  expect(read.of('corner', true)?.get(sha256(own))).toBe(own);
  expect(read.of('unheard-of', false)?.get('x1')).toBe(shared);
  expect(read.of(undefined, false)?.get(sha256(shared))).toBe(shared);
  expect(read.of('default', true)).toBeUndefined();
  await write('broken.json', [1]);
  await expect(readManifests(folder.path)).rejects.toThrow('broken.json');
});
