import { expect, test } from 'vitest';
import { codingsFrom } from './compression.ts';

test.each([
  [undefined, null, true],
  ['', null, true],
  ['gzip, deflate, br, zstd', 'br', true],
  ['gzip', 'gzip', true],
  ['GZIP', 'gzip', true],
  ['br;q=0.5, gzip;q=0.9', 'gzip', true],
  ['br;q=0.9, gzip;q=0.9', 'br', true],
  ['br;q=0, gzip', 'gzip', true],
  ['br;q=0, gzip;q=0', null, true],
  ['br ; q=1.000 , gzip;q=0.001', 'br', true],
  ['identity', null, true],
  ['identity, gzip;q=0.5', null, true],
  ['identity;q=0.5, gzip;q=0.5', 'gzip', true],
  ['identity;q=0, gzip', 'gzip', false],
  ['*', 'br', true],
  ['*, br;q=0', 'gzip', true],
  ['gzip, *;q=0', 'gzip', false],
  ['identity, *;q=0', null, true],
  ['*;q=0.1, identity;q=0.5', null, true],
  ['deflate, compress', null, true],
  ['br;q=2', null, true],
  ['br;quality=1', null, true],
  [';;,,=', null, true],
])('accept-encoding %j: %s, plain text %s', (header, compressed, identity) => {
  expect(codingsFrom(header)).toEqual({ compressed, identity });
});

test.each(['identity;q=0', '*;q=0', 'zstd, identity;q=0', 'br;q=0, gzip;q=0, identity;q=0'])(
  'accept-encoding %s leaves nothing',
  (header) => {
    expect(() => codingsFrom(header)).toThrow(expect.objectContaining({ status: 406 }));
  },
);
