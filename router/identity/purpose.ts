import { GraphQLError } from 'graphql';
import { purposes } from '#chassis/caller.ts';
import type { Caller, PurposeOfUse, Role } from '#chassis/caller.ts';

/** The header in which a client says why it asks. Over a WebSocket it may stand in `connection_init`, beside `authorization`. */
export const purposeHeader = 'x-purpose-of-use';

/**
 * For what each role may ask, the usual purpose first. Consents are given for purposes: whoever could choose among those that a consent
 * names could choose the one that nobody forbade. So each role has one of them; ETREAT is none, and opens nothing by itself. Nobody asks
 * for research (HRESCH): no rule of ours would make it lawful.
 */
export const purposesOf: Readonly<Record<Role, readonly PurposeOfUse[]>> = {
  PATIENT: ['PATRQT'],
  PRACTITIONER: ['TREAT', 'ETREAT'],
  FRONT_DESK: ['HOPERAT'],
  BILLER: ['HPAYMT'],
  PHARMACY: ['TREAT'],
  PAYER: ['HPAYMT'],
  PRIVACY_OFFICER: ['HCOMPL'],
  SYSTEM: ['HSYSADMIN'],
};

/**
 * The caller, asking for this purpose. What the token says of it cannot be changed by a header.
 * @param said the purpose as it came from outside; undefined leaves the caller as it is
 * @throws GraphQLError BAD_REQUEST (400) for a word that is no purpose, FORBIDDEN (403) for one that the caller may not have
 */
export function withPurpose(caller: Caller, said: string | undefined): Caller {
  if (said === undefined || said === caller.purpose) return caller;
  const purpose = purposes.find((known) => known === said);
  if (!purpose)
    throw refused(400, 'BAD_REQUEST', `${purposeHeader}: ${quoted(said)} is not a purpose. It is one of ${purposes.join(', ')}.`);
  if (caller.purpose) throw refused(403, 'FORBIDDEN', `${purposeHeader}: the token is for ${caller.purpose}, not for ${purpose}.`);
  const allowed = purposesOf[caller.role];
  if (!allowed.includes(purpose))
    throw refused(403, 'FORBIDDEN', `The purpose ${purpose} does not fit the role ${caller.role}. It may ask for ${allowed.join(', ')}.`);
  return { ...caller, purpose };
}

/** What is no plain word is not sent back. */
const quoted = (text: string): string => (/^[A-Za-z_]{1,20}$/.test(text) ? `"${text}"` : 'this value');

const refused = (status: number, code: string, message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code, http: { status } } });
