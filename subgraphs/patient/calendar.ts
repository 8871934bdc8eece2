const hour = 60 * 60 * 1_000;

/** The age from which a person acts for themselves, in years. */
const ageOfMajority = 18;

/** The UTC calendar date of an instant, as a Date at UTC midnight. */
export const calendarDate = (instant: Date): Date => new Date(`${instant.toISOString().slice(0, 10)}T00:00:00.000Z`);

/** The latest calendar date that is today somewhere on Earth (UTC+14): what is after it lies in the future for everyone. */
export const latestToday = (now: Date): Date => calendarDate(new Date(now.getTime() + 14 * hour));

/** The day on which a person comes of age. Who was born on 29 February does so on 1 March. */
export const majorityDate = (birthDate: Date): Date =>
  new Date(Date.UTC(birthDate.getUTCFullYear() + ageOfMajority, birthDate.getUTCMonth(), birthDate.getUTCDate()));

export const isMinor = (birthDate: Date, now: Date): boolean => calendarDate(now) < majorityDate(birthDate);
