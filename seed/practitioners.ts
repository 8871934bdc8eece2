import type { AvailabilityRule, HealthcareService, Practitioner } from '../subgraphs/appointment/generated/prisma/client.ts';
import { npiFrom } from '../subgraphs/appointment/npi.ts';
import type { AppointmentPart } from '../subgraphs/appointment/seed.ts';
import { demoIds } from '../router/personas.ts';
import { dateFrom, dateOf, localDays, minuteMs } from './calendar.ts';
import { familyName, givenNames } from './names.ts';
import { random, type Random } from './random.ts';

/** A practitioner at work: when there is time, and for what. */
export interface Doctor {
  readonly row: Practitioner;
  readonly services: readonly HealthcareService[];
  /** Starts of the pieces of working time that one appointment takes with its buffers, in order; each is used once. */
  readonly cells: number[];
}

const specialties = [
  'FAMILY_MEDICINE',
  'INTERNAL_MEDICINE',
  'CARDIOLOGY',
  'DERMATOLOGY',
  'PSYCHIATRY',
  'PEDIATRICS',
  'ENDOCRINOLOGY',
  'NEUROLOGY',
] as const;
const places = [
  { timeZone: 'America/New_York', state: 'NY' },
  { timeZone: 'America/Chicago', state: 'IL' },
  { timeZone: 'America/Denver', state: 'CO' },
  { timeZone: 'America/Los_Angeles', state: 'CA' },
] as const;
const days = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] as const;

interface Week {
  readonly days: readonly number[];
  /** Minutes after local midnight. */
  readonly hours: readonly (readonly [number, number])[];
}

const weeks: readonly Week[] = [
  {
    days: [1, 2, 3, 4, 5],
    hours: [
      [9 * 60, 12 * 60],
      [13 * 60, 17 * 60],
    ],
  },
  {
    days: [1, 2, 3, 4],
    hours: [
      [8 * 60, 12 * 60],
      [12 * 60 + 30, 17 * 60 + 30],
    ],
  },
  {
    days: [2, 3, 4, 5],
    hours: [
      [10 * 60, 14 * 60],
      [15 * 60, 18 * 60],
    ],
  },
];
const allDay: Week = { days: [1, 2, 3, 4, 5, 6, 7], hours: [[0, 0]] };

/** How many days back and ahead appointments are made up. */
const daysBack = 60;
const daysAhead = 21;

/**
 * The practitioners of one site. The first of the first site is the demo practitioner, who is on call around the clock.
 * @param firstNumber how many practitioners other sites have
 */
export function practitionersOf(
  site: number,
  count: number,
  firstNumber: number,
  services: readonly HealthcareService[],
  since: Date,
  today: Date,
) {
  const draw = random('practitioners', site);
  const part: Pick<AppointmentPart, 'practitioners' | 'licences' | 'offeredServices' | 'schedules' | 'rules' | 'exceptions'> = {
    practitioners: [],
    licences: [],
    offeredServices: [],
    schedules: [],
    rules: [],
    exceptions: [],
  };
  const doctors = Array.from({ length: count }, (_, index): Doctor => {
    const demo = site === 0 && index === 0;
    const { timeZone, state } = demo ? places[0] : draw.pick(places);
    const row = practitioner(draw, index, firstNumber + index, demo, since);
    const scheduleId = draw.id('sch', since);
    const week = demo ? allDay : draw.pick(weeks);
    const rules = week.days.flatMap((day) => week.hours.map((hours) => rule(draw, scheduleId, day, hours, since)));
    const away = demo ? null : absence(draw, timeZone, today);
    part.practitioners.push(row);
    part.licences.push({
      practitionerId: row.id,
      state,
      number: `${state}-${100_000 + firstNumber + index}`,
      expiresOn: dateOf(today.getUTCFullYear() + 2, 6, 30),
    });
    part.schedules.push({ id: scheduleId, practitionerId: row.id, timeZone });
    part.rules.push(...rules);
    if (away)
      part.exceptions.push({
        id: draw.id('exc', since),
        scheduleId,
        kind: 'TIME_OFF',
        startsOn: dateFrom(away.first),
        endsOn: dateFrom(away.last),
        startMinute: null,
        endMinute: null,
        reason: 'Vacation',
      });
    if (!demo && draw.chance(0.25)) part.exceptions.push(saturday(draw, scheduleId, timeZone, since, today));
    const offered = services.filter(({ code }) => offers(row.specialty, code, demo));
    part.offeredServices.push(...offered.map(({ id }) => ({ practitionerId: row.id, healthcareServiceId: id })));
    // The demo practitioner's appointments are by day, as everyone's; the nights are for who calls.
    return {
      row,
      services: offered.filter(({ code }) => code !== 'video-urgent-15'),
      cells: cellsOf(timeZone, demo ? { days: [1, 2, 3, 4, 5], hours: [[9 * 60, 17 * 60]] } : week, row.specialty, away, today),
    };
  });
  return { doctors, part };
}

function practitioner(draw: Random, index: number, number: number, demo: boolean, since: Date): Practitioner {
  const common = { prefix: 'Dr.', npi: npiFrom(String(190_000_000 + number)), active: true, createdAt: since };
  if (demo) return { ...common, id: demoIds.practitioner, givenName: 'Grace', familyName: 'Sample', specialty: 'FAMILY_MEDICINE' };
  return {
    ...common,
    id: draw.id('prc', since),
    givenName: givenNames(draw, draw.pick(['FEMALE', 'MALE']))[0] ?? '',
    familyName: familyName(draw),
    specialty: specialties[index % specialties.length] ?? 'FAMILY_MEDICINE',
  };
}

function offers(specialty: Practitioner['specialty'], code: string, demo: boolean): boolean {
  if (code === 'video-urgent-15') return demo;
  if (specialty === 'PSYCHIATRY') return code === 'video-psychiatry-50' || code === 'video-follow-up-15';
  return code !== 'video-psychiatry-50';
}

const rule = (
  draw: Random,
  scheduleId: string,
  day: number,
  [startMinute, endMinute]: readonly [number, number],
  since: Date,
): AvailabilityRule => ({
  id: draw.id('rul', since),
  scheduleId,
  dayOfWeek: days[day - 1] ?? 'MON',
  startMinute,
  endMinute,
  validFrom: null,
  validTo: null,
});

/** A week off for some, in the weeks ahead. Local dates. */
function absence(draw: Random, timeZone: string, today: Date): { first: string; last: string } | null {
  if (!draw.chance(0.3)) return null;
  const start = draw.whole(3, 12);
  const ahead = localDays(timeZone, today, daysBack, daysAhead)
    .slice(daysBack + start, daysBack + start + 5)
    .map(({ date }) => date);
  return { first: ahead[0] ?? '', last: ahead.at(-1) ?? '' };
}

/** Extra hours on one of the next Saturdays. */
function saturday(draw: Random, scheduleId: string, timeZone: string, since: Date, today: Date): AppointmentPart['exceptions'][number] {
  const ahead = localDays(timeZone, today, daysBack, daysAhead)
    .slice(daysBack + 1)
    .filter(({ dayOfWeek }) => dayOfWeek === 6);
  const on = dateFrom(draw.pick(ahead).date);
  return {
    id: draw.id('exc', since),
    scheduleId,
    kind: 'EXTRA_HOURS',
    startsOn: on,
    endsOn: on,
    startMinute: 9 * 60,
    endMinute: 12 * 60,
    reason: 'Saturday clinic',
  };
}

/** The pieces of the working hours of the past and coming weeks. One piece holds any visit type that the specialty offers. */
function cellsOf(
  timeZone: string,
  week: Week,
  specialty: Practitioner['specialty'],
  away: { first: string; last: string } | null,
  today: Date,
): number[] {
  const length = specialty === 'PSYCHIATRY' ? 60 : 30;
  return localDays(timeZone, today, daysBack, daysAhead).flatMap(({ date, dayOfWeek, eight }) => {
    if (!week.days.includes(dayOfWeek) || (away && away.first <= date && date <= away.last)) return [];
    return week.hours.flatMap(([start, end]) =>
      Array.from({ length: Math.floor((end - start) / length) }, (_, index) => eight + (start + index * length - 8 * 60) * minuteMs),
    );
  });
}
