import { sensitivityCategories, type SensitivityCategory } from '#schema/events.ts';

/** All categories of the lists, each once, always in the same order. */
export const joinSensitivities = (...lists: readonly (readonly SensitivityCategory[])[]): SensitivityCategory[] =>
  sensitivityCategories.filter((category) => lists.some((list) => list.includes(category)));
