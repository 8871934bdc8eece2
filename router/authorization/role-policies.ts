import { roles, type Caller } from '#chassis/caller.ts';

/** Whether a caller meets a `@policy` of the schema. Asked once per request; of the caller alone, so that equal callers may share an answer. */
export type Policy = (caller: Caller) => boolean | Promise<boolean>;

/** `role:PRIVACY_OFFICER` and so on: the policies that our schema names. */
export const rolePolicies: ReadonlyMap<string, Policy> = new Map(
  roles.map((role) => [`role:${role}`, (caller: Caller) => caller.role === role]),
);
