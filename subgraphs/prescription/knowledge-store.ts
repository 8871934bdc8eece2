import { knownSubstances, type KnownAllergy, type KnownInteraction, type KnownSubstances } from './check/facts.ts';
import type { Tx } from './context.ts';

/** Interactions between any of mine and any of theirs, either way round; tags are ingredients and classes. */
export async function findInteractions(tx: Tx, mine: string[], theirs: string[]): Promise<KnownInteraction[]> {
  if (theirs.length === 0) return [];
  return tx.interaction.findMany({
    where: {
      OR: [
        { a: { in: mine }, b: { in: theirs } },
        { a: { in: theirs }, b: { in: mine } },
      ],
    },
  });
}

/** What the catalogue knows of the substances and classes that the allergies name. */
export async function findSubstances(tx: Tx, allergies: readonly KnownAllergy[]): Promise<KnownSubstances> {
  const names = [...new Set(allergies.map(({ substanceCode }) => substanceCode.replace(/^[^:]*:/, '')))];
  if (names.length === 0) return knownSubstances([]);
  return knownSubstances(
    await tx.ingredient.findMany({
      where: { OR: [{ slug: { in: names } }, { classes: { hasSome: names } }] },
      select: { slug: true, classes: true },
    }),
  );
}
