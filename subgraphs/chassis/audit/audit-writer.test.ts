import { expect, test } from 'vitest';
import { createAuditTrail, thingOf } from '../audit-trail.ts';
import { newId } from '../ids.ts';
import { createAuditWriter, entriesOf } from './audit-writer.ts';

const acting = { caller: { role: 'BILLER', subject: 'bo', scopes: [] }, requestId: 'r1', origin: {} } as const;
const settled = () => new Promise((resolve) => setImmediate(resolve));

function handFedPool() {
  const sent: { requests: string[]; answer: () => void; refuse: () => void }[] = [];
  const query = ({ values }: { values: string[][] }) =>
    new Promise((resolve, reject) =>
      sent.push({ requests: values[12] ?? [], answer: () => resolve(undefined), refuse: () => reject(new Error('no')) }),
    );
  return { sent, writer: createAuditWriter({ query } as never) };
}
const seen = (id: string) => [{ type: 'Visit', id, patientId: 'p1', outcome: 'SEEN' }] as const;

test('things of one patient are one record, however often they were seen; more than 200 are several', () => {
  const trail = createAuditTrail();
  for (const id of ['v1', 'v2', 'v1']) trail.seen('Visit', id, 'p1');
  trail.seen('Visit', 'v3', 'p2');
  trail.denied('Visit', 'v4', 'p1');
  trail.denied('Visit', 'v4', null);
  expect(entriesOf(trail.accesses(), 'query')).toEqual([
    { action: 'R', outcome: 'SUCCESS', patientId: 'p1', entities: ['Visit/v1', 'Visit/v2'] },
    { action: 'R', outcome: 'SUCCESS', patientId: 'p2', entities: ['Visit/v3'] },
    { action: 'R', outcome: 'DENIED', patientId: 'p1', entities: ['Visit/v4'] },
  ]);
  const many = Array.from({ length: 201 }, (_, index) => ({ type: 'Visit', id: `v${index}`, patientId: 'p1', outcome: 'SEEN' as const }));
  expect(entriesOf(many, 'mutation').map(({ action, entities }) => [action, entities.length])).toEqual([
    ['R', 200],
    ['R', 1],
  ]);
});

test('requests that end together are written together, and those that come meanwhile after them', async () => {
  const { sent, writer } = handFedPool();
  const write = (requestId: string) => writer.write({ ...acting, requestId }, seen('v1'), 'query');
  const first = [write('r1'), write('r2')];
  await settled();
  void write('r3');
  await settled();
  const later = [write('r4'), write('r5')];
  await settled();
  expect(sent.map(({ requests }) => requests)).toEqual([['r1', 'r2'], ['r3']]);
  sent[0]?.answer();
  await Promise.all(first);
  await settled();
  expect(sent[2]?.requests).toEqual(['r4', 'r5']);
  sent[2]?.answer();
  await Promise.all(later);
});

test('a request whose record cannot be written does not take the others with it', async () => {
  const { sent, writer } = handFedPool();
  const outcomes = ['r1', 'r2'].map((requestId) =>
    writer.write({ ...acting, requestId }, seen('v1'), 'query').then(
      () => 'written',
      () => 'not written',
    ),
  );
  await settled();
  sent[0]?.refuse();
  await settled();
  sent[1]?.refuse();
  await settled();
  sent[2]?.answer();
  expect(await Promise.all(outcomes)).toEqual(['not written', 'written']);
});

test('only what looks like an id of ours gets into a record', () => {
  const id = newId('pat');
  expect(thingOf(id)).toEqual({ type: 'Patient', id, patientId: id });
  expect(thingOf(newId('vis'))).toMatchObject({ type: 'Visit', patientId: null });
  for (const text of ['Ada Lovelace', 'pat_1', `xyz_${id.slice(4)}`, null, 7]) expect(thingOf(text)).toBeNull();
});
