import { buildSchema, isInterfaceType, isObjectType } from 'graphql';
import { pino } from 'pino';
import type { Caller } from '#chassis/caller.ts';
import { personaNames, personas } from '../personas.ts';
import { readRequirement, type Requirement } from './requirement.ts';
import { rightsQuestion } from './rights.ts';
import { rolePolicies } from './role-policies.ts';
import { readSupergraph, securityDirectives } from './security-features.ts';

interface Row {
  readonly requirement: Requirement;
  readonly opens: string[];
}

/** docs/scopes.md: what each requirement of the schema opens, and to which of the demo people. */
export async function scopesPage(supergraphSdl: string): Promise<string> {
  const rows = requirementsIn(supergraphSdl);
  const lines = await Promise.all(
    [...rows].map(async ([needs, { requirement, opens }]) => {
      const has = await Promise.all(personaNames.map((name) => meets(name, requirement)));
      return `| ${needs} | ${opens.sort().join(', ')} | ${has.map((met) => (met ? 'yes' : '')).join(' | ')} |`;
    }),
  );
  return `# Scopes

What a token must have so that the router asks a service for something. Written by \`npm run compose\` from the directives of the schema (\`@authenticated\`, \`@requiresScopes\`, \`@policy\`); the scopes of the demo people are in
\`router/personas.ts\`. A field without a right is null, with the error \`UNAUTHORIZED_FIELD_OR_TYPE\` at its path ([how](router.md#rights), [why](adr/0018-what-a-caller-may-not-ask-is-not-planned.md)).

A right is needed, and is not enough: whose data it is, and whether they are sensitive, is decided by the service that owns them. Scopes are SMART on FHIR v2: \`user/Prescription.rs\` is covered by \`user/*.cruds\`; \`patient/\`, \`user/\` and
\`system/\` never cover each other; a scope with parameters covers only the same ones.

| one of | opens | ${personaNames.join(' | ')} |
| --- | --- | ${personaNames.map(() => '---').join(' | ')} |
${lines.sort().join('\n')}
`;
}

function requirementsIn(supergraphSdl: string): ReadonlyMap<string, Row> {
  const directives = securityDirectives(readSupergraph(supergraphSdl));
  const rows = new Map<string, Row>();
  const note = (coordinate: string, nodes: Parameters<typeof readRequirement>[1][] = []): void => {
    for (const node of nodes) {
      const requirement = readRequirement(coordinate, node, directives);
      if (!requirement) continue;
      const row = rows.get(textOf(requirement)) ?? { requirement, opens: [] };
      rows.set(textOf(requirement), row);
      row.opens.push(`\`${coordinate}\``);
    }
  };
  for (const type of Object.values(buildSchema(supergraphSdl, { assumeValid: true }).getTypeMap())) {
    note(type.name, [...(type.astNode?.directives ?? [])]);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) note(`${type.name}.${field.name}`, [...(field.astNode?.directives ?? [])]);
  }
  return rows;
}

const textOf = (requirement: Requirement): string =>
  requirement.kind === 'authenticated'
    ? 'any token'
    : requirement.anyOf.map((all) => all.map((name) => `\`${name}\``).join(' and ')).join('<br>');

async function meets(name: (typeof personaNames)[number], requirement: Requirement): Promise<boolean> {
  const { sub, role, scope } = personas[name].claims();
  const caller: Caller = { subject: sub, role, scopes: scope.split(' ') };
  return (await rightsQuestion(new Map([['it', requirement]]), rolePolicies).rightsOf(caller, pino({ level: 'silent' }))).all;
}
