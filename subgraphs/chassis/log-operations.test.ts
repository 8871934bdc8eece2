import { PassThrough } from 'node:stream';
import { ApolloServer } from '@apollo/server';
import { parse, type OperationDefinitionNode } from 'graphql';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { RequestContext } from './context.ts';
import { logOperations } from './log-operations.ts';
import { operationForLog, refusalsIn } from './log-outcome.ts';

const operation = (text: string) => parse(text).definitions[0] as OperationDefinitionNode;

test.each([
  ['Chart', 'Chart'],
  ['Chart\n{"level":60}', 'Chartlevel60'],
  ['x'.repeat(61), 'x'.repeat(60)],
  ['日本', 'query'],
  ['', 'query'],
  [null, 'query'],
])('the operation name %j is logged as %j', (name, logged) => {
  expect(operationForLog(name, operation('{ a }'))).toBe(logged);
});

test('an operation that was not found has no name', () => {
  expect(operationForLog(undefined, undefined)).toBe('unknown');
});

test.each([
  [
    'mutation { a }',
    { a: { userErrors: [{ code: 'CONFLICT' }, { code: 'CONFLICT' }] }, b: { userErrors: [{ code: 'NOT_FOUND' }] } },
    ['CONFLICT', 'NOT_FOUND'],
  ],
  ['mutation { a }', { a: { userErrors: [{ message: 'No' }, null, { code: 'Ada Demo owes 5' }, { code: 'toString' }] } }, []],
  ['mutation { a }', { a: { userErrors: [] }, b: null, c: true, d: { userErrors: 'CONFLICT' } }, undefined],
  ['mutation { a }', null, undefined],
  ['{ a }', { a: { userErrors: [{ code: 'CONFLICT' }] } }, undefined],
])('refusals in the answer of %s: case %#', (document, data, expected) => {
  expect(refusalsIn(operation(document), data)).toEqual(expected);
});

test('every operation is one line at the default level, with its request id and without data', async () => {
  const lines: string[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n').filter(Boolean)));
  const server = new ApolloServer<Pick<RequestContext, 'caller' | 'log'>>({
    typeDefs: `type Query { a: String, b: String } type Mutation { cancel: Payload } type Payload { userErrors: [UserError!]! } type UserError { code: String! message: String! }`,
    resolvers: {
      Query: {
        a: () => 'Ada',
        b: () => {
          throw new TypeError('no');
        },
      },
      Mutation: { cancel: () => ({ userErrors: [{ code: 'ILLEGAL_STATE', message: 'Ada cannot' }] }) },
    },
    plugins: [logOperations()],
    stopOnTerminationSignals: false,
  });
  const contextValue: Pick<RequestContext, 'caller' | 'log'> = {
    caller: { role: 'BILLER', subject: 'usr_1', scopes: [] },
    log: pino(stream).child({ requestId: 'r1' }),
  };
  for (const query of ['query Read { a }', 'mutation Cancel { cancel { userErrors { code message } } }', '{ b }']) {
    await server.executeOperation({ query }, { contextValue });
  }
  await server.stop();
  const line = { requestId: 'r1', level: 30, msg: 'operation', role: 'BILLER', durationMs: expect.any(Number) as number };
  expect(lines.map((text) => JSON.parse(text) as unknown)).toEqual([
    expect.objectContaining({ ...line, operation: 'Read', outcome: 'ok' }),
    expect.objectContaining({ ...line, operation: 'Cancel', outcome: 'refused', codes: ['ILLEGAL_STATE'] }),
    expect.objectContaining({ ...line, operation: 'query', outcome: 'INTERNAL_SERVER_ERROR' }),
  ]);
  expect(lines.join()).not.toMatch(/Ada/);
});
