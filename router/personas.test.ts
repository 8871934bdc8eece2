import { TypeID } from 'typeid-js';
import { expect, test } from 'vitest';
import { demoIds, personaClaims, personaNames } from './personas.ts';

test('the demo ids are valid ids', () => {
  for (const id of Object.values(demoIds)) expect(TypeID.fromString(id).toString()).toBe(id);
});

test.each(personaNames)('%s has claims of its own', (name) => {
  const request = personaClaims(name);
  expect('claims' in request && request.claims.sub).toBeTruthy();
});

test('a concrete id takes the place of the demo one', () => {
  const id = 'pat_01kdvdna00e008000000000009';
  expect(personaClaims('patient', id)).toMatchObject({ claims: { role: 'PATIENT', patient_id: id, sub: id } });
});

test.each([
  [undefined, undefined, /^Name a persona: patient, practitioner/],
  ['help', undefined, /^Name a persona: patient/],
  ['nurse', undefined, /no persona "nurse".*patient, practitioner, frontdesk, biller, pharmacy, payer, privacy/],
  ['toString', undefined, /no persona/],
  ['biller', 'pat_01kdvdna00e008000000000001', /takes no id/],
  ['patient', 'prc_01kdvdna00e008000000000001', /takes an id like pat_/],
  ['patient', 'pat_short', /takes an id like pat_/],
])('%s %s is refused with a sentence', (name, id, sentence) => {
  expect(personaClaims(name, id)).toEqual({ complaint: expect.stringMatching(sentence) });
});
