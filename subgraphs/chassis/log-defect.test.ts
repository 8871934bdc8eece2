import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { ConfigError } from './config.ts';
import { createLogger } from './log.ts';
import { reasonForLog } from './log-defect.ts';

const rowInMessage = Object.assign(new Error('Failing row contains (pat_1, Ada Lovelace, 1984-02-29).'), {
  name: 'PrismaClientUnknownRequestError',
  meta: {
    driverAdapterError: {
      cause: {
        originalCode: '23514',
        originalMessage: 'violates check constraint "patient_birth_date_check"',
        detail: 'Failing row contains (Ada Lovelace)',
      },
    },
  },
});

test('the log keeps kind, code, constraint and place of an error, and no value that it quotes', () => {
  const lines: string[] = [];
  const log = createLogger(
    'test',
    { LOG_FORMAT: 'json' },
    new Writable({ write: (chunk: Buffer, _encoding, done) => (lines.push(chunk.toString()), done()) }),
  );
  log.error({ err: rowInMessage }, 'a resolver failed');
  expect(lines.join('')).not.toMatch(/Ada|Lovelace|1984/);
  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({
    err: { name: 'PrismaClientUnknownRequestError', code: '23514', constraint: 'patient_birth_date_check' },
  });
});

test('in a few words, too', () => {
  expect(reasonForLog(rowInMessage)).toMatch(/^PrismaClientUnknownRequestError 23514 patient_birth_date_check at /);
  expect(reasonForLog(rowInMessage)).not.toContain('Ada');
});

test('what was written for a person, or comes from the operating system, is kept', () => {
  expect(reasonForLog(new ConfigError('LINK_KEYS is not set'))).toContain('LINK_KEYS is not set');
  expect(
    reasonForLog(Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED', syscall: 'connect' })),
  ).toContain('ECONNREFUSED 127.0.0.1:1');
});
