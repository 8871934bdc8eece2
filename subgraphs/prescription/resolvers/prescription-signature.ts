import { maySeeSignedContent } from '../access.ts';
import type { PrescriptionSignatureResolvers } from '../generated/graphql.ts';

/** A signature is whole (a check constraint), so a missing part is a defect. */
function part<T>(value: T | null): T {
  if (value === null) throw new Error('a signed prescription lacks a part of its signature');
  return value;
}

export const PrescriptionSignature: PrescriptionSignatureResolvers = {
  signedAt: ({ signedAt }) => part(signedAt),
  signedBy: ({ signedById }) => ({ id: part(signedById) }),
  contentHash: ({ contentHash }) => part(contentHash),
  payload: ({ signedPayload }, _args, { caller }) => (maySeeSignedContent(caller) ? part(signedPayload) : null),
  algorithm: () => 'Ed25519',
  keyId: ({ signingKeyId }) => part(signingKeyId),
  publicKey: async ({ signingKeyId }, _args, context) => part(await context.signingKeys.load(part(signingKeyId))).publicKey,
  value: ({ signature }) => part(signature),
};
