import { eventDefinitions, subgraphNames, type SubgraphName } from '#schema/events.ts';

/** Who pushes events to whom, from the event catalogue. */
export const eventLinks: readonly { from: SubgraphName; to: SubgraphName }[] = subgraphNames.flatMap((from) =>
  subgraphNames
    .filter((to) =>
      Object.values(eventDefinitions).some((event) => event.source === from && (event.consumers as readonly string[]).includes(to)),
    )
    .map((to) => ({ from, to })),
);

/** Every link between two processes, as `from>to`: each needs a key of its own. */
export const allLinks: readonly string[] = [
  ...subgraphNames.map((name) => `router>${name}`),
  ...eventLinks.map(({ from, to }) => `${from}>${to}`),
];

/** The links that a process is an end of. */
export const linksOf = (name: string): readonly string[] => allLinks.filter((link) => link.split('>').includes(name));
