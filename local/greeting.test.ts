import { expect, test } from 'vitest';
import { greeting } from './greeting.ts';

const url = 'http://localhost:4000';

test.each([
  [undefined, '$(npm run -s token -- patient)', 'Tokens: npm run -s token -- <'],
  ['/srv/tele', '$(DATA_DIR=/srv/tele npm run -s token -- patient)', 'Tokens: DATA_DIR=/srv/tele npm run -s token -- <'],
  ["/my data/it's", String.raw`$(DATA_DIR='/my data/it'\''s' npm run -s token -- patient)`, 'Tokens: DATA_DIR='],
])('with DATA_DIR %s the token command is of that folder', (dataDir, inQuery, below) => {
  const text = greeting({ url, seconds: '1.0', dataDir });
  expect(text).toContain(inQuery);
  expect(text).toContain(below);
});
