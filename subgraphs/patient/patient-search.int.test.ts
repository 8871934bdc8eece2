import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallerSpec } from '#chassis/testing/test-subgraph.ts';
import {
  biller,
  frontDesk,
  openPatientGraph,
  outsiders,
  patientCaller,
  practitionerCaller,
  system,
  type OpenPatientGraph,
} from './testing/people.ts';

let graph: OpenPatientGraph;
const ids: Record<string, string> = {};

beforeAll(async () => {
  graph = await openPatientGraph();
  const names: [string, string[], string][] = [
    ['González', ['María', 'José'], '1990-05-17'],
    ['Gonzaga', ['Mark'], '1990-05-17'],
    ['Gonzaga', ['Anna'], '1971-01-01'],
    ['van der Berg', ['Mariette'], '1955-12-31'],
    ["O'Neill", ['Grace'], '2001-07-04'],
  ];
  for (const [family, given, birthDate] of names) {
    ids[given[0] as string] = await graph.register({
      name: { family, given },
      birthDate,
      identifiers: [{ system: 'urn:example:mrn', value: `M-${given[0]}` }],
    });
  }
});
afterAll(() => graph[Symbol.asyncDispose]());

interface Page {
  patients: {
    edges: { cursor: string; node: { id: string; name: { given: string[] } } }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
  };
}
const document = `query ($filter: PatientFilter, $first: Int, $after: String) {
  patients(filter: $filter, first: $first, after: $after) { edges { cursor node { id name { given } } } pageInfo { hasNextPage hasPreviousPage endCursor } }
}`;
const search = async (filter: object | null, caller: CallerSpec = frontDesk) =>
  (await graph.as(caller).execute<Page>(document, { filter })).patients.edges.map(({ node }) => node.name.given[0]);

describe('patients', () => {
  it.each([
    ['the beginning of a family name', { name: 'gonz' }, ['Anna', 'Mark', 'María']],
    ['a family name without its accent', { name: 'GONZALEZ' }, ['María']],
    ['the beginning of a given name', { name: 'mar' }, ['Mark', 'María', 'Mariette']],
    ['a second given name', { name: 'josé' }, ['María']],
    ['two beginnings in any order', { name: 'gon mar' }, ['Mark', 'María']],
    ['a word within a family name', { name: 'berg' }, ['Mariette']],
    ['an apostrophe or none', { name: 'oneill' }, ['Grace']],
    ['an apostrophe', { name: "O'Neill, Grace" }, ['Grace']],
    ['the middle of a word, which is no beginning', { name: 'onz' }, []],
    ['wildcards, which are none', { name: 'g%' }, ['Anna', 'Mark', 'María', 'Grace']],
    ['a birth date', { birthDate: '1990-05-17' }, ['Mark', 'María']],
    ['a birth date and a name', { birthDate: '1990-05-17', name: 'maria' }, ['María']],
    ['an identifier with its system', { identifier: 'urn:example:mrn|M-Mark' }, ['Mark']],
    ['an identifier in any system', { identifier: 'M-Grace' }, ['Grace']],
    ['an identifier of another system', { identifier: 'urn:example:other|M-Grace' }, []],
  ])('finds by %s', async (_what, filter, expected) => {
    expect(await search(filter)).toEqual(expected);
  });

  it('come in order of family name, given names and id, page by page', async () => {
    const seen: (string | undefined)[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < 3; pages++) {
      const { patients }: Page = await graph.as(frontDesk).execute<Page>(document, { first: 2, after });
      seen.push(...patients.edges.map(({ node }) => node.name.given[0]));
      expect(patients.pageInfo).toMatchObject({ hasNextPage: pages < 2, hasPreviousPage: pages > 0 });
      after = patients.pageInfo.endCursor;
    }
    expect(seen).toEqual(['Anna', 'Mark', 'María', 'Grace', 'Mariette']);
  });

  it.each([frontDesk, biller, system])('are all there for $role', async (caller) => {
    expect(await search(null, caller)).toHaveLength(5);
  });

  it.each(outsiders)('are none for $role', async (caller) => {
    expect(await search(null, caller)).toEqual([]);
    expect(await search({ name: 'gonz' }, caller)).toEqual([]);
  });

  it('are those a practitioner treats, as long as the appointment stands', async () => {
    const practitioner = await graph.treat(ids.Mark as string);
    expect(await search({ name: 'gonz' }, practitioner)).toEqual(['Mark']);
    expect(await search(null, practitionerCaller('prc_01k00000000000000000000000'))).toEqual([]);
    const { appointmentId, patientId, practitionerId } = practitioner;
    await graph.receive('appointment.cancelled', appointmentId, {
      appointmentId,
      patientId,
      practitionerId,
      reasonCode: 'PATIENT',
      late: false,
      fee: null,
    });
    expect(await search(null, practitioner)).toEqual([]);
  });

  it('are oneself and those one is proxy for', async () => {
    await graph.grantProxy(system, { patientId: ids.Anna, proxyPatientId: ids.Grace, relationship: 'CAREGIVER' });
    expect(await search(null, patientCaller(ids.Grace as string))).toEqual(['Anna', 'Grace']);
    expect(await search(null, patientCaller(ids.Anna as string))).toEqual(['Anna']);
  });

  it.each([
    ['a name of blanks', { name: ' ' }, 'filter.name'],
    ['a name of six words', { name: 'a b c d e f' }, 'filter.name'],
    ['an identifier without a value', { identifier: 'urn:example:mrn|' }, 'filter.identifier'],
    ['an identifier without a system before the bar', { identifier: '|1' }, 'filter.identifier'],
  ])('refuse %s', async (_what, filter, argument) => {
    const { errors } = await graph.as(frontDesk).run(document, { filter });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument } }]);
  });

  it('refuse a page of more than 100 and a forged cursor', async () => {
    for (const variables of [{ first: 101 }, { after: 'forged' }]) {
      const { errors } = await graph.as(frontDesk).run(document, variables);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: Object.keys(variables)[0] } }]);
    }
  });
});

describe('with everything nested', () => {
  const nested = `query ($first: Int) { patients(first: $first) { edges { node {
    id identifiers { value }
    allergies(first: 5) { edges { node { id patient { id } } } }
    consents { edges { node { id } } }
    proxies { proxyDisplay proxy { id } patientDisplay }
    proxyFor { patient { id } }
  } } } }`;

  it('the number of statements does not grow with the number of patients', async () => {
    const charges: string[] = [];
    // The parent comes first in the list, so that a short page holds the same kinds of people as a long one: oneself and charges.
    const named = (family: string, birthDate: string) => graph.register({ birthDate, name: { family, given: ['Robin'] } });
    const parent = await named('Aa', '1980-01-01');
    for (let child = 0; child < 6; child++) {
      const id = await named(`Bb${child}`, '2018-01-01');
      await graph.grantProxy(frontDesk, { patientId: id, proxyPatientId: parent });
      await graph.recordAllergy(patientCaller(parent), { patientId: id });
      await graph.grantConsent(patientCaller(parent), { patientId: id });
      charges.push(id);
    }
    const asParent = graph.as(patientCaller(parent));
    const count = async (first: number) => (await graph.statements(() => asParent.execute(nested, { first }))).length;
    // Both pages leave out some whom the grants name, and who are loaded for it.
    expect(await count(6)).toBe(await count(2));

    const references = async (take: number) => {
      const representations = charges.slice(0, take).map((id) => ({ __typename: 'Patient', id }));
      const entities =
        'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Patient { id name { text } allergies { edges { node { id } } } } } }';
      return (await graph.statements(() => asParent.execute(entities, { representations }))).length;
    };
    expect(await references(6)).toBe(await references(1));
  });
});

describe('on a big table', () => {
  beforeAll(async () => {
    const { pool } = graph.subgraph.database;
    await pool.query(`insert into patient (id, family, given, family_key, given_key, gender, birth_date, registered_at, updated_at)
      select 'pat_bulk' || n, 'F' || n, array['G'], 'f' || n, 'g', 'UNKNOWN', date '1990-01-01', now(), now() from generate_series(1, 5000) as n`);
    await pool.query(`insert into patient_name_word (word, patient_id) select family_key, id from patient where id like 'pat_bulk%'`);
    await pool.query(`insert into proxy_relation (grant_id, patient_id, proxy_patient_id)
      select 'prx_bulk' || n, 'pat_bulk' || n, 'pat_bulk' || n / 2 + 1 from generate_series(1, 5000) as n`);
    await pool.query('analyze patient, patient_name_word, proxy_relation');
  });

  it('a search by name uses the index of name words', async () => {
    const [statement] = (await graph.statements(() => search({ name: 'gonzalez' }))).filter((text) => text.includes('patient_name_word'));
    const values = ['gonzalez', 'gonzalez\u{10ffff}', 21];
    expect(await plan(statement, values)).toContain('patient_name_word_pkey');
  });

  it.each([
    ['all that they may see', null, []],
    ['a name', { name: 'gonzalez' }, ['gonzalez', 'gonzalez\u{10ffff}']],
    ['a birth date that thousands have', { birthDate: '1990-01-01' }, ['1990-01-01']],
  ])('a patient who searches %s reads the records in sight and not the whole table', async (_what, filter, given) => {
    const self = ids.Grace as string;
    const [statement] = (await graph.statements(() => search(filter, patientCaller(self)))).filter((text) => text.includes('family_key'));
    const text = await plan(statement, [self, self, ...given, 21]);
    expect(text).toContain('using patient_pkey on patient');
    expect(text).toContain('proxy_relation');
    expect(text).not.toMatch(/Seq Scan on patient|patient_family_key_given_key_id_idx/);
  });
});

/** How PostgreSQL would run the statement with these parameters. */
async function plan(statement: string | undefined, values: readonly unknown[]): Promise<string> {
  const { rows } = await graph.subgraph.database.pool.query<Record<string, string>>(`explain ${statement}`, [...values]);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}
