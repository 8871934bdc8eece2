import { buildSchema, getVariableValues, parse, type OperationDefinitionNode } from 'graphql';
import { expect, test } from 'vitest';
import { withoutNeighbours } from './variable-errors.ts';

const schema = buildSchema(`
  input Name { family: String!, given: [String!]! }
  input Person { name: Name!, note: String, born: Int }
  type Query { find(person: Person!): Int }`);
const { variableDefinitions = [] } = parse('query ($p: Person!) { find(person: $p) }').definitions[0] as OperationDefinitionNode;
const complaints = (p: unknown): string[] =>
  (getVariableValues(schema, variableDefinitions, { p }).errors ?? []).map(({ message }) => withoutNeighbours(message));

test.each<[string, unknown, string]>([
  [
    'what is missing',
    { name: { family: 'Lovelace' } },
    'Variable "$p" got invalid value at "p.name"; Field "given" of required type "[String!]!" was not provided.',
  ],
  [
    'what is too much',
    { name: { family: 'Lovelace', given: [] }, note: 'Coughs; at "night"', sex: 1 },
    'Variable "$p" got invalid value; Field "sex" is not defined by type "Person".',
  ],
  [
    'a text for an object',
    { name: 'Lovelace' },
    'Variable "$p" got invalid value "Lovelace" at "p.name"; Expected type "Name" to be an object.',
  ],
  ['a list for an object', ['Lovelace'], 'Variable "$p" got invalid value; Expected type "Person" to be an object.'],
  [
    'a text for a number',
    { name: { family: 'Lovelace', given: [] }, born: 'May' },
    'Variable "$p" got invalid value "May" at "p.born"; Int cannot represent non-integer value: "May"',
  ],
])('%s is named without what stands beside it', (_, value, message) => {
  expect(complaints(value)).toEqual([message]);
});
