import { parseArgs } from 'node:util';
import { ConfigError } from '#chassis/config.ts';

export interface SeedArguments {
  readonly patients: number;
  readonly today: Date;
}

const usage = 'Usage: npm run seed -- [--patients N] [--today YYYY-MM-DD]';
const mostPatients = 5_000_000;

/**
 * What the command was asked for; by default 300 patients and the present moment. A given day counts from its noon (UTC).
 * @throws ConfigError with one sentence for the person at the terminal
 */
export function readSeedArguments(args: readonly string[], now: Date): SeedArguments {
  const values = parsed(args);
  return { patients: patientsOf(values.patients ?? '300'), today: values.today === undefined ? now : noonOf(values.today) };
}

function parsed(args: readonly string[]): { patients?: string | undefined; today?: string | undefined } {
  try {
    return parseArgs({ args: [...args], options: { patients: { type: 'string' }, today: { type: 'string' } }, allowPositionals: false })
      .values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ConfigError(`${error.message.split('. ')[0]}. ${usage}`, { cause: error });
  }
}

function patientsOf(text: string): number {
  const patients = Number(text);
  if (!/^\d+$/.test(text) || patients < 10 || patients > mostPatients) {
    throw new ConfigError(`--patients must be a whole number from 10 to ${mostPatients}, not "${text}". ${usage}`);
  }
  return patients;
}

function noonOf(text: string): Date {
  const noon = new Date(`${text}T12:00:00.000Z`);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(noon.getTime()) && noon.toISOString().startsWith(text);
  if (!isDay) throw new ConfigError(`--today must be a calendar date like 2026-03-31, not "${text}". ${usage}`);
  return noon;
}
