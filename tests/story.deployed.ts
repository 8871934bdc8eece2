import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { GraphQLClient } from 'graphql-request';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '#chassis/config.ts';
import { eventually } from '#chassis/testing/eventually.ts';
import type { PersonaName } from '../router/personas.ts';
import { readBack, tellStory } from './story.ts';

// The story against a graph that runs elsewhere: GRAPH_URL says where, TOKEN_COMMAND prints a token for `<persona> <id>`.

const { GRAPH_URL, TOKEN_COMMAND } = readConfig(z.object({ GRAPH_URL: z.url(), TOKEN_COMMAND: z.string() }));

async function as(persona: PersonaName, id?: string): Promise<GraphQLClient> {
  const [program = '', ...args] = TOKEN_COMMAND.split(' ');
  const { stdout } = await promisify(execFile)(program, [...args, persona, ...(id ? [id] : [])]);
  return new GraphQLClient(`${GRAPH_URL}/graphql`, { headers: { authorization: `Bearer ${stdout.trim()}` }, errorPolicy: 'all' });
}

test('the story is told, and the patient reads it back', async () => {
  const told = await tellStory({ as });
  const patient = await as('patient', told.patientId);
  const { me } = await eventually(
    () =>
      patient.request<{
        me: { patient: { appointments: { edges: { node: { status: string } }[] }; invoices: { edges: { node: { status: string } }[] } } };
      }>(readBack),
    (answer) => answer.me.patient.appointments.edges[0]?.node.status === 'FULFILLED',
  );
  expect(me.patient.invoices.edges.map(({ node }) => node.status)).toEqual(['BALANCED']);
});
