import { treatingRelationHandlers } from '#chassis/care-relations.ts';
import type { EventHandlers } from '#chassis/events-in.ts';
import type { Tx } from './context.ts';

/** Appointments and visits make and end the relation by which a practitioner may open a chart. */
export const handlers: EventHandlers<Tx> = { ...treatingRelationHandlers };
