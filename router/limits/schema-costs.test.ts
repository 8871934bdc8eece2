import { readFileSync } from 'node:fs';
import { buildSchema, getNamedType, getNullableType, isInterfaceType, isListType, isObjectType, parse, Kind } from 'graphql';
import { describe, expect, test } from 'vitest';
import { examples } from '../examples.ts';
import { supergraphFile } from '../schema-files.ts';
import { readCostRules } from './cost-rules.ts';
import { excessOf } from './measure-document.ts';
import { compileCost } from './operation-cost.ts';
import { defaultOperationLimits } from './operation-limits.ts';

const rules = readCostRules(readFileSync(supergraphFile, 'utf8'));
const schema = buildSchema(readFileSync(new URL('../../schema/api.graphql', import.meta.url), 'utf8'));
const fields = Object.values(schema.getTypeMap()).flatMap((type) =>
  (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__')
    ? Object.values(type.getFields()).map((field) => ({ coordinate: `${type.name}.${field.name}`, type, field }))
    : [],
);

test('every list of the graph says how long it may be', () => {
  const sized = new Set(
    fields.flatMap(({ coordinate, field }) =>
      (rules.listSizes.get(coordinate)?.sizedFields ?? []).map((name) => `${getNamedType(field.type).name}.${name}`),
    ),
  );
  const unsaid = fields.filter(
    ({ coordinate, field }) => isListType(getNullableType(field.type)) && !rules.listSizes.has(coordinate) && !sized.has(coordinate),
  );
  expect(unsaid.map(({ coordinate }) => `${coordinate} has no @listSize`)).toEqual([]);
});

test('every field that takes `first` is as long as it says', () => {
  const taking = fields.filter(({ field }) => field.args.some(({ name }) => name === 'first'));
  expect(taking.length).toBeGreaterThan(20);
  expect(taking.filter(({ coordinate }) => !rules.listSizes.get(coordinate)?.slicingArguments.includes('first'))).toEqual([]);
});

/** All that a chart page may want at once: more than any page of ours asks. */
const wholeChart = `query WholeChart { me { patient {
  id name { text } birthDate identifiers { system value } telecom { system value } address { line city } proxies { id }
  allergies(first: 50) { edges { node { id substanceText reactions { manifestationText } } } }
  appointments(first: 20) { edges { node { id status startsAt healthcareService { name } practitioner { displayName specialty } visit { id status participants { role } } } } }
  prescriptions(first: 20) { edges { node { id status medication { name ingredients { name } } dispenses { id status } detectedIssues { severity detail } } } }
  invoices(first: 20) { edges { node { number status lines { description total { amountMinor currency } } totals { total { amountMinor } } } } }
} } }`;

describe('an operation that people need passes with room', () => {
  const operations = [...examples(new Date(0)), { query: wholeChart, variables: {} }].map(({ query, variables }) => {
    const document = parse(query);
    const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    return { name: operation?.name?.value, document, operation, variables };
  });
  test.each(operations)('$name', ({ document, operation, variables }) => {
    expect(excessOf(document, defaultOperationLimits)).toBeNull();
    const cost = operation ? compileCost(document, operation, schema, rules).costOf(variables) : Number.NaN;
    expect(cost).toBeGreaterThan(0);
    expect(cost).toBeLessThan(defaultOperationLimits.cost / 2);
  });
});
