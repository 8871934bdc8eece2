import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { createLogger } from '#chassis/log.ts';
import { eventually } from '#chassis/testing/eventually.ts';
import { startCountedGraph, type CountedGraph } from './counted-graph.ts';
import { attempt, findSlots, mutation, openHospital } from './hospital.ts';
import { newKey } from './test-system.ts';

// Every text about a patient that a client can send carries a mark; then everything that the system writes is searched for it.

const mark = `canary${randomBytes(3).toString('hex')}x`;
const canary = (field: string) => `${mark}${field}`;
/** Which canaries are in a text, whatever became of their letters. */
const canariesIn = (text: string): string[] => [
  ...new Set([...text.toLowerCase().matchAll(new RegExp(`${mark}([a-z]+)`, 'g'))].map(([, field]) => field ?? '')),
];

let graph: CountedGraph;
let logged = '';
let patientId: string;

beforeAll(async () => {
  const log = createLogger('all', { LOG_LEVEL: 'trace' }, { write: (line) => void (logged += line) });
  graph = await startCountedGraph({ log, heartbeats: true });
  patientId = await plantEverywhere();
}, 180_000);
afterAll(() => graph[Symbol.asyncDispose]());

/** A patient's story in which every text is a canary. */
async function plantEverywhere(): Promise<string> {
  const hospital = await openHospital(graph);
  const [desk, biller] = await Promise.all([graph.as('frontdesk'), graph.as('biller')]);
  const registered = await mutation<{ patient: { id: string } }>(desk, 'registerPatient', 'patient { id }', {
    name: { family: canary('family'), given: [canary('given')] },
    birthDate: '1980-05-17',
    gender: 'FEMALE',
    identifiers: [{ system: 'http://hl7.org/fhir/sid/us-ssn', value: canary('identifier') }],
    telecom: [{ system: 'EMAIL', value: `${canary('email')}@example.org` }],
    address: [{ line: [canary('line')], city: canary('city'), country: 'US' }],
  });
  const { id } = registered.patient;
  const [patient, practitioner] = await Promise.all([graph.as('patient', id), graph.as('practitioner', hospital.practitionerId)]);
  const found = await desk.request<{ patients: { edges: unknown[] } }>(
    `query ($filter: PatientFilter) { patients(filter: $filter) { edges { node { id } } } }`,
    {
      filter: { identifier: canary('identifier') },
    },
  );
  expect(found.patients.edges).toHaveLength(1);
  await mutation(patient, 'recordAllergy', 'allergy { id }', {
    patientId: id,
    substanceCode: 'class:penicillins',
    substanceText: canary('substance'),
    criticality: 'HIGH',
    reactions: [{ manifestation: canary('reaction'), severity: 'SEVERE' }],
    note: canary('allergynote'),
  });

  const book = async (reason: string) => {
    const [slot] = await findSlots(patient, hospital);
    const booking = {
      patientId: id,
      practitionerId: hospital.practitionerId,
      healthcareServiceId: hospital.healthcareServiceId,
      startsAt: slot?.startsAt,
      reason,
    };
    const booked = await eventually(
      () => attempt<{ appointment: { id: string } | null }>(patient, 'bookAppointment', 'appointment { id }', booking),
      ({ appointment }) => appointment !== null,
    );
    return booked.appointment?.id ?? '';
  };
  await mutation(desk, 'cancelAppointment', 'appointment { id }', {
    appointmentId: await book(canary('firstreason')),
    reasonCode: 'PROV',
    note: canary('cancelnote'),
  });
  const appointmentId = await book(canary('reason'));
  const { appointment } = await eventually(
    () =>
      patient.request<{ appointment: { visit: { id: string } | null } }>('query ($id: ID!) { appointment(id: $id) { visit { id } } }', {
        id: appointmentId,
      }),
    (answer) => answer.appointment.visit !== null,
  );
  const visitId = appointment.visit?.id ?? '';
  await mutation(patient, 'enterWaitingRoom', 'visit { id }', { visitId });
  await mutation(practitioner, 'admitPatient', 'visit { id }', { visitId });

  const { medications } = await practitioner.request<{ medications: { edges: { node: { id: string } }[] } }>(
    '{ medications(search: "amoxicillin", first: 1) { edges { node { id } } } }',
  );
  const draft = await eventually(
    () =>
      attempt<{ prescription: { id: string; detectedIssues: { id: string }[] } | null }>(
        practitioner,
        'draftPrescription',
        'prescription { id detectedIssues { id } }',
        {
          visitId,
          medicationId: medications.edges[0]?.node.id,
          quantity: 21,
          note: canary('prescriptionnote'),
          dosage: { doseAmount: '1', frequencyPerDay: 3, durationDays: 7, instructions: canary('instructions') },
        },
      ),
    ({ prescription }) => prescription !== null && prescription.detectedIssues.length > 0,
  );
  const prescriptionId = draft.prescription?.id ?? '';
  for (const issue of draft.prescription?.detectedIssues ?? [])
    await mutation(practitioner, 'overrideDetectedIssue', 'detectedIssues { id }', {
      detectedIssueId: issue.id,
      reason: canary('override'),
    });
  await mutation(practitioner, 'signPrescription', 'prescription { id }', { prescriptionId });
  await mutation(practitioner, 'holdPrescription', 'prescription { id }', { prescriptionId, reason: canary('holdreason') });

  const sections = {
    subjective: canary('subjective'),
    objective: canary('objective'),
    assessment: canary('assessment'),
    plan: canary('plan'),
  };
  const saved = await mutation<{ note: { id: string } }>(practitioner, 'saveNoteDraft', 'note { id }', { visitId, ...sections });
  await mutation(practitioner, 'finishVisit', 'visit { id }', { visitId });
  await mutation(practitioner, 'signNote', 'note { id }', { noteId: saved.note.id });
  await mutation(practitioner, 'addNoteAddendum', 'note { id }', { noteId: saved.note.id, text: canary('addendum') });

  await mutation(biller, 'recordCoverage', 'coverage { id }', {
    patientId: id,
    payerOrganizationId: 'org_payer',
    memberId: canary('member'),
    periodStart: '2020-01-01',
  });
  await eventually(
    () =>
      biller.request<{ visit: { charges: unknown[] | null } }>('query ($id: ID!) { visit(id: $id) { charges { id } } }', { id: visitId }),
    ({ visit }) => visit.charges?.length === 1,
  );
  const { invoice } = await mutation<{ invoice: { id: string } }>(biller, 'issueInvoice', 'invoice { id }', { patientId: id });
  const { payment } = await mutation<{ payment: { id: string } }>(patient, 'payInvoice', 'payment { id }', {
    invoiceId: invoice.id,
    amount: { amountMinor: 5_000, currency: 'USD' },
    paymentMethodToken: 'tok_success',
  });
  await mutation(biller, 'refundPayment', 'refund { id }', { paymentId: payment.id, reason: canary('refund') });
  await mutation(biller, 'cancelInvoice', 'invoice { id }', { invoiceId: invoice.id, reason: canary('cancelinvoice') });
  return id;
}

async function each<T>(work: (name: SubgraphName, client: pg.Client) => Promise<T>): Promise<Map<SubgraphName, T>> {
  const answers = new Map<SubgraphName, T>();
  for (const name of subgraphNames) {
    const client = new pg.Client({ connectionString: graph.databaseUrls[name] });
    await client.connect();
    answers.set(name, await work(name, client).finally(() => client.end()));
  }
  return answers;
}

/** Canaries by `table.column` of a database: every column of every table, as text. */
async function stored(_name: SubgraphName, client: pg.Client): Promise<string[]> {
  const { rows: columns } = await client.query<{ t: string; c: string }>(
    `select table_name as t, column_name as c from information_schema.columns join information_schema.tables using (table_schema, table_name)
     where table_schema = 'public' and table_type = 'BASE TABLE' order by 1, 2`,
  );
  const found: string[] = [];
  for (const { t, c } of columns) {
    const { rows } = await client.query<{ text: string }>(`select "${c}"::text as text from "${t}" where "${c}"::text ilike $1`, [
      `%${mark}%`,
    ]);
    found.push(...new Set(rows.flatMap(({ text }) => canariesIn(text).map((field) => `${t}.${c}: ${field}`))));
  }
  return found;
}

test('the databases hold names and addresses in plain text, and nothing else of it: not in rows, events, outcomes', async () => {
  const found = await each(stored);
  expect(found.get('patient')).toEqual([
    'patient.address: city',
    'patient.address: line',
    'patient.family: family',
    'patient.family_key: family',
    'patient.given: given',
    'patient.given_key: given',
    'patient.telecom: email',
    'patient_name_word.word: family',
    'patient_name_word.word: given',
  ]);
  for (const name of subgraphNames.filter((one) => one !== 'patient')) expect(found.get(name), name).toEqual([]);
});

describe('a request that fails', () => {
  interface Failing {
    persona?: 'frontdesk' | 'patient';
    method?: 'GET';
    /** The body as it is sent. */
    body?: string;
    query?: string;
    variables?: Record<string, unknown>;
    before?: () => Promise<unknown>;
    /** The canaries that stand in the part that is wrong: the caller's own mistake may be quoted to the caller. */
    mayQuote?: string[];
  }

  const register =
    'mutation ($input: RegisterPatientInput!) { registerPatient(input: $input) { patient { id } userErrors { message path } } }';
  const person = {
    idempotencyKey: newKey(),
    name: { family: canary('failfamily'), given: [canary('failgiven')] },
    birthDate: '1980-05-17',
    gender: 'FEMALE',
  };
  const sql = (name: SubgraphName, text: string) => each(async (one, client) => (one === name ? client.query(text) : undefined));

  const failures: [string, Failing][] = [
    [
      'a variable of another type',
      { query: register, variables: { input: { ...person, birthDate: canary('wrongdate') } }, mayQuote: ['wrongdate'] },
    ],
    [
      'a value that is no value of the enum',
      { query: register, variables: { input: { ...person, gender: canary('wrongenum') } }, mayQuote: ['wrongenum'] },
    ],
    ['an object that lacks a field', { query: register, variables: { input: { ...person, name: { family: canary('failfamily') } } } }],
    [
      'a field that is not there',
      { query: register, variables: { input: { ...person, [canary('wrongfield')]: canary('failvalue') } }, mayQuote: ['wrongfield'] },
    ],
    [
      'a list for a text',
      {
        query: register,
        variables: { input: { ...person, name: { ...person.name, family: [canary('wronglist')] } } },
        mayQuote: ['wronglist'],
      },
    ],
    [
      'a rule that is broken',
      {
        query: register,
        variables: {
          input: {
            ...person,
            idempotencyKey: newKey(),
            birthDate: '2999-01-01',
            identifiers: [{ system: 'urn:x', value: canary('failidentifier') }],
          },
        },
      },
    ],
    [
      'an identifier that is taken',
      {
        query: register,
        variables: {
          input: {
            ...person,
            idempotencyKey: newKey(),
            identifiers: [{ system: 'http://hl7.org/fhir/sid/us-ssn', value: canary('identifier') }],
          },
        },
      },
    ],
    [
      'a search that cannot be read',
      { query: `{ patients(filter: { name: "${canary('failname')}", identifier: "|" }) { edges { node { id } } } }` },
    ],
    [
      'a search in a URL',
      {
        method: 'GET',
        query: `query ($filter: PatientFilter) { patients(filter: $filter, first: 1000) { edges { node { id } } } }`,
        variables: { filter: { identifier: canary('inurl') } },
      },
    ],
    ['a document that cannot be read', { query: `{ patients(filter: { name: "${canary('failname')}" ` }],
    [
      'a field that the schema does not have',
      {
        query: `{ patients(filter: { name: "${canary('failname')}" }) { edges { node { ${canary('wrongselection')} } } } }`,
        mayQuote: ['wrongselection'],
      },
    ],
    ['a body that is no JSON', { body: `{"query": "{ me { subject } }", "variables": {"x": "${canary('inbody')}` }],
    [
      'a character that PostgreSQL does not store',
      {
        query: register,
        variables: { input: { ...person, idempotencyKey: newKey(), name: { family: `${canary('nulfamily')}\0`, given: ['A'] } } },
      },
    ],
    [
      'a constraint of the database',
      {
        before: () => sql('patient', `alter table patient add constraint test_nobody check (family not like '%failfamily') not valid`),
        query: register,
        variables: { input: { ...person, idempotencyKey: newKey(), allowDuplicate: true } },
      },
    ],
    [
      'a table that is away',
      {
        before: () => sql('patient', 'alter table allergy_intolerance rename to away'),
        persona: 'patient',
        query: 'mutation ($input: RecordAllergyInput!) { recordAllergy(input: $input) { allergy { id } userErrors { message } } }',
        variables: {
          input: {
            idempotencyKey: newKey(),
            patientId: 'own',
            substanceCode: 'class:statins',
            substanceText: canary('failsubstance'),
            note: canary('failnote'),
          },
        },
      },
    ],
    [
      'a service that is down',
      { before: () => graph.stop('patient'), query: register, variables: { input: { ...person, idempotencyKey: newKey() } } },
    ],
  ];

  test.each(failures)(
    '%s: quotes at most what is wrong',
    async (_, { persona = 'frontdesk', method, body, query, variables, before, mayQuote = [] }) => {
      await before?.();
      const own = JSON.stringify(variables ?? {}).replace('"own"', JSON.stringify(patientId));
      const headers = {
        authorization: `Bearer ${await graph.token(persona, persona === 'patient' ? patientId : undefined)}`,
        'content-type': 'application/json',
      };
      const answer =
        method === 'GET'
          ? await fetch(`${graph.url}/graphql?${new URLSearchParams({ query: query ?? '', variables: own }).toString()}`, {
              headers: { ...headers, 'apollo-require-preflight': 'yes' },
            })
          : await fetch(`${graph.url}/graphql`, {
              method: 'POST',
              headers,
              body: body ?? JSON.stringify({ query, variables: JSON.parse(own) as unknown }),
            });
      const text = await answer.text();
      expect(text).toMatch(/"errors":|"userErrors":\[\{/);
      expect(canariesIn(text).filter((field) => !mayQuote.includes(field))).toEqual([]);
    },
  );

  test('leaves nothing in the log, and nothing did before', () => {
    expect(logged.length).toBeGreaterThan(10_000);
    expect(logged).toContain('a resolver failed');
    expect(canariesIn(logged)).toEqual([]);
  });

  test('leaves nothing in the statements that the database shows', async () => {
    const admin = new pg.Client({ connectionString: inject('adminUrl') });
    await admin.connect();
    const { rows } = await admin.query<{ query: string }>('select query from pg_stat_activity where pid <> pg_backend_pid()');
    await admin.end();
    expect(rows.length).toBeGreaterThan(3);
    expect(canariesIn(rows.map(({ query }) => query).join('\n'))).toEqual([]);
  });
});
