import { describe, expect, test } from 'vitest';
import type { Caller } from '#chassis/caller.ts';
import type { VerifiedToken } from '../identity.ts';
import type { TokenFacts } from './claims.ts';
import { IdleSessions } from './idle-sessions.ts';

const minute = 60_000;

const tokenOf = (facts: Partial<TokenFacts>, role: Caller['role'] = 'PRACTITIONER'): VerifiedToken => ({
  caller: { role, subject: 'grace', scopes: [] },
  expiresAt: Number.POSITIVE_INFINITY,
  facts: { subject: 'grace', issuedAt: 0, ...facts },
});

function clocked() {
  const clock = { now: 0 };
  const sessions = new IdleSessions({ idleMs: 15 * minute, now: () => clock.now });
  return { clock, sessions };
}

/** A connection that says whether it was logged off. */
function open(sessions: IdleSessions, token: VerifiedToken) {
  const state = { loggedOff: false };
  const close = sessions.opened(token, () => (state.loggedOff = true));
  return Object.assign(state, { close });
}

describe('a session', () => {
  test('that has asked nothing for 15 minutes is logged off, with everything it has open', () => {
    const { clock, sessions } = clocked();
    const [socket, stream] = [open(sessions, tokenOf({ sessionId: 's' })), open(sessions, tokenOf({ sessionId: 's' }))];
    clock.now = 15 * minute - 1;
    sessions.look();
    expect([socket.loggedOff, stream.loggedOff]).toEqual([false, false]);
    clock.now = 15 * minute;
    sessions.look();
    expect([socket.loggedOff, stream.loggedOff]).toEqual([true, true]);
  });

  test('stays while anything is asked in it, with whichever of its tokens', () => {
    const { clock, sessions } = clocked();
    const socket = open(sessions, tokenOf({ sessionId: 's', id: 'first' }));
    for (const now of [14, 28, 42]) {
      clock.now = now * minute;
      sessions.asked(tokenOf({ sessionId: 's', id: 'renewed' }));
      sessions.asked(tokenOf({ sessionId: 'another' }));
      sessions.look();
    }
    expect(socket.loggedOff).toBe(false);
    clock.now = 57 * minute;
    sessions.look();
    expect(socket.loggedOff).toBe(true);
  });

  test.each<[string, Partial<TokenFacts>, Partial<TokenFacts>, boolean]>([
    ['sid before jti', { sessionId: 's', id: 'a' }, { sessionId: 's', id: 'b' }, true],
    ['jti without sid', { id: 'a' }, { id: 'b' }, false],
    ['subject and client without both', { clientId: 'app' }, { clientId: 'app' }, true],
    ['another client', { clientId: 'app' }, { clientId: 'other' }, false],
  ])('is told by its %s', (_, opened, asked, isSame) => {
    const { clock, sessions } = clocked();
    const socket = open(sessions, tokenOf(opened));
    clock.now = 10 * minute;
    sessions.asked(tokenOf(asked));
    clock.now = 20 * minute;
    sessions.look();
    expect(socket.loggedOff).toBe(!isSame);
  });

  test('that was logged off does not come back with the tokens it had, only with a new log-in', async () => {
    const { clock, sessions } = clocked();
    const had = tokenOf({ sessionId: 's', issuedAt: 5 * minute });
    const renewed = tokenOf({ sessionId: 's', issuedAt: 16 * minute });
    const verify = sessions.guard(async (text) => (text === 'had' ? had : renewed));
    open(sessions, had);
    await verify('had');
    clock.now = 15 * minute;
    sessions.look();
    await expect(verify('had')).rejects.toMatchObject({ extensions: { code: 'SESSION_IDLE', http: { status: 401 } } });
    expect(await verify('renewed')).toBe(renewed);
  });

  test('whose connections are closed is forgotten', () => {
    const { clock, sessions } = clocked();
    const socket = open(sessions, tokenOf({ sessionId: 's' }));
    socket.close();
    clock.now = 15 * minute;
    sessions.look();
    expect(socket.loggedOff).toBe(false);
  });
});

test.each<[string, VerifiedToken]>([
  ['a pharmacy system, which has nobody who walks away', tokenOf({ id: 'j' }, 'PHARMACY')],
  ['a payer system', tokenOf({ id: 'j' }, 'PAYER')],
])('%s is not logged off', (_, token) => {
  const { clock, sessions } = clocked();
  const stream = open(sessions, token);
  clock.now = 600 * minute;
  sessions.look();
  expect(stream.loggedOff).toBe(false);
});

test('a person at a pharmacy is', () => {
  const { clock, sessions } = clocked();
  const stream = open(sessions, tokenOf({ sessionId: 's' }, 'PHARMACY'));
  clock.now = 15 * minute;
  sessions.look();
  expect(stream.loggedOff).toBe(true);
});
