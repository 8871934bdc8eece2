import { randomUUID } from 'node:crypto';

export const requestIdHeader = 'x-request-id';

const acceptable = /^[A-Za-z0-9_-]{1,64}$/;

/** The client's id when it is a plain one, so that it can go into headers and logs as it is; otherwise a new one. */
export const requestIdFrom = (header: string | string[] | undefined): string =>
  typeof header === 'string' && acceptable.test(header) ? header : randomUUID();
