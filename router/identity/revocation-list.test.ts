import { describe, expect, test } from 'vitest';
import type { TokenFacts } from './claims.ts';
import { isRevoked, polledRevocationList, readRevocationList } from './revocation-list.ts';

const facts: TokenFacts = { subject: 'ada', clientId: 'app', id: 'j1', sessionId: 's1', issuedAt: Date.parse('2026-01-02T00:00:00Z') };

describe('a revocation list', () => {
  test.each([
    ['the client', { clients: ['app'] }],
    ['the person', { subjects: ['ada'] }],
    ['the token', { tokens: ['j1'] }],
    ['the session', { sessions: ['s1'] }],
    ['every older token of the person', { issuedBefore: { ada: '2026-01-02T00:00:01Z' } }],
  ])('takes out %s', (_, list) => expect(isRevoked(readRevocationList(list), facts)).toBe(true));

  test.each([
    {},
    { clients: ['other'], subjects: ['other'], tokens: ['ada'], sessions: ['j1'] },
    { issuedBefore: { ada: '2026-01-02T00:00:00Z', bo: '2027-01-01T00:00:00Z' } },
  ])('%o leaves others in', (list) => expect(isRevoked(readRevocationList(list), facts)).toBe(false));

  test('takes out tokens that do not say when they were issued', () => {
    const list = readRevocationList({ issuedBefore: { ada: '2020-01-01T00:00:00Z' } });
    expect(isRevoked(list, { subject: 'ada', issuedAt: 0 })).toBe(true);
  });

  test.each([[[]], [{ client: ['app'] }], [{ tokens: 'j1' }], [{ issuedBefore: { ada: 'yesterday' } }]])('%o is none', (json) => {
    expect(() => readRevocationList(json)).toThrow();
  });
});

describe('a revocation list that is read again and again', () => {
  function polled(first: unknown) {
    const state = { json: first, now: 0, failures: 0 };
    const list = polledRevocationList(
      async () => {
        if (state.json instanceof Error) throw state.json;
        return state.json;
      },
      { everyMs: 3_600_000, now: () => state.now, onFailure: () => (state.failures += 1) },
    );
    return { state, list, [Symbol.dispose]: () => list.close() };
  }
  const out = { extensions: { code: 'UNAUTHENTICATED' } };
  const unknown = { extensions: { code: 'IDENTITY_UNAVAILABLE' } };

  test('takes out at the next reading who was let in before', async () => {
    using polling = polled({});
    const { state, list } = polling;
    await list.check(facts, 'token');
    state.json = { clients: ['app'] };
    await list.poll();
    await expect(list.check(facts, 'token')).rejects.toMatchObject(out);
  });

  test('that cannot be read holds for 45 s, then nobody is let in until it can', async () => {
    using polling = polled({ tokens: ['j9'] });
    const { state, list } = polling;
    await list.poll();
    state.json = new Error('down');
    state.now = 45_000;
    await list.poll();
    await list.check(facts, 'token');
    await expect(list.check({ ...facts, id: 'j9' }, 'token')).rejects.toMatchObject(out);
    state.now = 45_001;
    await expect(list.check(facts, 'token')).rejects.toMatchObject(unknown);
    expect(state.failures).toBe(1);
    state.json = {};
    await list.poll();
    await list.check(facts, 'token');
  });

  test('that was never there lets nobody in', async () => {
    using polling = polled({ misspelt: [] });
    await expect(polling.list.check(facts, 'token')).rejects.toMatchObject(unknown);
  });
});
