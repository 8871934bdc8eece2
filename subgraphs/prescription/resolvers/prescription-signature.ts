import { prescriptionAccess } from '../access.ts';
import type { PrescriptionSignatureResolvers } from '../generated/graphql.ts';
import { shownPayload } from '../hidden-from-view.ts';

/** A signature is whole (a check constraint), so a missing part is a defect. */
function part<T>(value: T | null): T {
  if (value === null) throw new Error('a signed prescription lacks a part of its signature');
  return value;
}

export const PrescriptionSignature: PrescriptionSignatureResolvers = {
  signedAt: ({ signedAt }) => part(signedAt),
  signedBy: ({ signedById }) => ({ id: part(signedById) }),
  contentHash: ({ contentHash }) => part(contentHash),
  payload: async (prescription, _args, context) =>
    (await prescriptionAccess.may(context, 'readInChart', prescription)) ? shownPayload(context, prescription) : null,
  algorithm: () => 'Ed25519',
  keyId: ({ signingKeyId }) => part(signingKeyId),
  publicKey: async ({ signingKeyId }, _args, context) => part(await context.signingKeys.load(part(signingKeyId))).publicKey,
  value: ({ signature }) => part(signature),
};
