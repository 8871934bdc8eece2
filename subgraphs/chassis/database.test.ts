import { expect, test } from 'vitest';
import { isExclusionViolation, isUniqueViolation, postgresError } from './database.ts';

const prismaError = (code: string, cause: Record<string, unknown>) =>
  Object.assign(new Error('Prisma says so'), { name: 'PrismaClientKnownRequestError', code, meta: { driverAdapterError: { cause } } });

test('an exclusion violation is found inside what Prisma throws', () => {
  const error = prismaError('P2039', {
    code: '23P01',
    message: 'conflicting key value violates exclusion constraint "appointment_practitioner_free"',
  });
  expect(isExclusionViolation(error)).toBe(true);
  expect(isExclusionViolation(error, 'appointment_practitioner_free')).toBe(true);
  expect(isExclusionViolation(error, 'appointment_patient_free')).toBe(false);
});

test('a unique violation is found inside what Prisma throws, with or without the text of PostgreSQL', () => {
  expect(
    isUniqueViolation(
      prismaError('P2002', { originalCode: '23505', originalMessage: 'duplicate key value violates unique constraint "a_key"' }),
      'a_key',
    ),
  ).toBe(true);
  expect(isUniqueViolation(prismaError('P2002', {}))).toBe(true);
});

test('an error raised by a trigger keeps its own code, which looks like one of Prisma', () => {
  expect(postgresError(prismaError('P2010', { originalCode: 'P0001', originalMessage: 'no' }))?.code).toBe('P0001');
});

test('what is not an error of PostgreSQL is none', () => {
  expect(postgresError(new Error('x'))).toBeUndefined();
  expect(postgresError(Object.assign(new Error('x'), { name: 'PrismaClientKnownRequestError', code: 'P2025' }))).toBeUndefined();
  expect(postgresError('x')).toBeUndefined();
});
