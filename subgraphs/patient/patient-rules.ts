import { z } from 'zod';
import { latestToday } from './calendar.ts';
import type { AddressInput, ContactPointInput, HumanNameInput, IdentifierInput } from './generated/graphql.ts';
import { readLine, readList, readOptionalLine, type Report } from './input-check.ts';
import { nameKey } from './name-search.ts';
import type { IdentifierValue } from './patient-store.ts';
import type { Address, ContactPoint } from './patient-values.ts';

// What a value of the demographics may be. Each function complains by `report` and returns the value in the form that is kept.

/** Nobody alive was born before; an earlier date is a typing error. */
const earliestBirthDate = new Date('1880-01-01T00:00:00.000Z');

export function readName(name: HumanNameInput, report: Report): { family: string; given: string[] } {
  const part = (value: string, path: string[]) => {
    const line = readLine(value, 100, path, report);
    if (line !== '' && nameKey(line) === '') report(path, 'Must contain a letter.');
    return line;
  };
  if (name.given.length === 0) report(['name', 'given'], 'Must have at least one given name.');
  return { family: part(name.family, ['name', 'family']), given: readList(name.given, 10, ['name', 'given'], report, part) };
}

export function readBirthDate(birthDate: Date, now: Date, report: Report): Date {
  if (birthDate > latestToday(now)) report(['birthDate'], 'Must not be in the future.');
  if (birthDate < earliestBirthDate) report(['birthDate'], 'Must not be before 1880.');
  return birthDate;
}

export function readIdentifiers(identifiers: readonly IdentifierInput[], report: Report): IdentifierValue[] {
  const seen = new Set<string>();
  return readList(identifiers, 10, ['identifiers'], report, (identifier, path) => {
    const system = readLine(identifier.system, 200, [...path, 'system'], report);
    const value = readLine(identifier.value, 100, [...path, 'value'], report);
    if (system.includes('|')) report([...path, 'system'], 'Must not contain a vertical bar.');
    const token = identifierToken({ system, value });
    if (seen.has(token)) report(path, 'Is in the list twice.');
    seen.add(token);
    return { system, value, use: identifier.use ?? 'USUAL' };
  });
}

/** The form in which an identifier is searched: `system|value`. */
export const identifierToken = ({ system, value }: { system: string; value: string }): string => `${system}|${value}`;

const emailAddress = z.email().max(254);
const phoneNumber = /^\+?\d{5,15}$/;

export function readTelecom(telecom: readonly ContactPointInput[], report: Report): ContactPoint[] {
  return readList(telecom, 10, ['telecom'], report, ({ system, value, use }, path) => {
    const line = readLine(value, 254, [...path, 'value'], report);
    if (system === 'EMAIL') {
      if (!emailAddress.safeParse(line).success) report([...path, 'value'], 'Must be an e-mail address like name@example.org.');
    } else if (!phoneNumber.test(line.replaceAll(/[\s()./-]/g, ''))) {
      report([...path, 'value'], 'Must be a number with 5 to 15 digits, like +1 555 0100.');
    }
    return { system, value: line, use: use ?? 'HOME' };
  });
}

const countryCode = /^[A-Z]{2}$/;

export function readAddresses(addresses: readonly AddressInput[], report: Report): Address[] {
  return readList(addresses, 5, ['address'], report, (address, path) => {
    if (address.line.length === 0) report([...path, 'line'], 'Must have at least one line.');
    if (!countryCode.test(address.country)) report([...path, 'country'], 'Must be an ISO 3166-1 alpha-2 code like US.');
    return {
      use: address.use ?? 'HOME',
      line: readList(address.line, 5, [...path, 'line'], report, (line, at) => readLine(line, 100, at, report)),
      city: readLine(address.city, 100, [...path, 'city'], report),
      state: readOptionalLine(address.state, 100, [...path, 'state'], report),
      postalCode: readOptionalLine(address.postalCode, 20, [...path, 'postalCode'], report),
      country: address.country,
    };
  });
}

export function readLanguage(tag: string, report: Report): string {
  const canonical = canonicalLanguage(tag);
  if (canonical === null) report(['preferredLanguage'], 'Must be a BCP 47 language tag like en or es-MX.');
  return canonical ?? tag;
}

function canonicalLanguage(tag: string): string | null {
  if (tag.length > 35) return null;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
