import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
const calendarDate = /^(\d{4})-(\d{2})-(\d{2})$/;
const localTime = /^([01]\d|2[0-3]):[0-5]\d$/;

const bad = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw bad(`${name} must be a string.`);
  return value;
}

function scalar<T>(name: string, parse: (value: string) => T, serialize: (value: unknown) => string): GraphQLScalarType<T, string> {
  const parseValue = (value: unknown) => parse(text(name, value));
  return new GraphQLScalarType<T, string>({
    name,
    parseValue,
    parseLiteral: (node: ValueNode) => parseValue(node.kind === Kind.STRING ? node.value : undefined),
    serialize,
  });
}

function parseInstant(value: string): Date {
  const date = new Date(value);
  // Date rolls 31 February over to March; an instant that was not written is refused instead.
  if (!instant.test(value) || Number.isNaN(date.getTime()) || !isCalendarDate(value.slice(0, 10))) {
    throw bad(`DateTime must be an RFC 3339 instant with an offset, like 2026-03-08T14:30:00Z.`);
  }
  return date;
}

function isCalendarDate(value: string): boolean {
  if (!calendarDate.test(value)) return false;
  const date = new Date(`${value}T00:00:00.000Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

function isTimeZone(value: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return !/^[+-]/.test(value);
  } catch {
    return false;
  }
}

function checked(name: string, test: (value: string) => boolean, hint: string) {
  return (value: string): string => {
    if (!test(value)) throw bad(`${name} must be ${hint}.`);
    return value;
  };
}

const toIso = (value: unknown): string => {
  if (!(value instanceof Date)) throw new TypeError('DateTime resolvers return a Date');
  return value.toISOString();
};

export const scalars = {
  DateTime: scalar('DateTime', parseInstant, toIso),
  Date: scalar(
    'Date',
    (value) => new Date(`${checked('Date', isCalendarDate, 'a calendar date like 1984-02-29')(value)}T00:00:00.000Z`),
    (value) => toIso(value).slice(0, 10),
  ),
  LocalTime: scalar(
    'LocalTime',
    checked('LocalTime', (v) => localTime.test(v), 'a 24-hour time like 09:30'),
    String,
  ),
  TimeZone: scalar('TimeZone', checked('TimeZone', isTimeZone, 'an IANA time zone like America/New_York'), String),
};
