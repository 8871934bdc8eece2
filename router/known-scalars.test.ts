import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { checkKnownScalars } from './known-scalars.ts';

const schema = buildSchema('scalar Date scalar Anything type Query { born(on: Date, with: Anything): Date }');
checkKnownScalars(schema);
const complaints = (query: string) => validate(schema, parse(query)).map(({ message }) => message);

test('a literal that is no value of the scalar is refused with how it must look', () => {
  expect(complaints('{ born(on: "1985-13-10") }')).toEqual([expect.stringContaining('Date must be a calendar date like 1984-02-29')]);
  expect(complaints('{ born(on: 5) }')).toHaveLength(1);
});

test('a good literal passes, and so does whatever an unknown scalar takes', () => {
  expect(complaints('{ born(on: "1985-12-10", with: { a: [1] }) }')).toEqual([]);
});

test('answers are not touched: they are checked where they are made', () => {
  const type = schema.getType('Date');
  expect(type && 'serialize' in type && type.serialize('anything')).toBe('anything');
});
