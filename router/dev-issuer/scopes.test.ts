import { expect, test } from 'vitest';
import { grantedScopes } from './scopes.ts';

test.each([
  [undefined, 'user/*.cruds', 'user/*.cruds'],
  ['openid', 'user/*.cruds', 'openid user/*.cruds'],
  ['user/Patient.rs', 'user/*.cruds', 'user/Patient.rs'],
  ['openid user/Patient.rs user/Visit.r', 'user/*.cruds', 'openid user/Patient.rs user/Visit.r'],
  ['system/Prescription.r system/Claim.rs', 'system/Prescription.rs', 'system/Prescription.r'],
  ['system/Prescription.rus', 'system/Prescription.rs', null],
  ['user/Patient.rs', 'system/*.rs', null],
  ['patient/*.rs', 'patient/Patient.rs', null],
  ['nonsense', 'user/*.cruds', null],
])('who asks for %s and may have %s gets %s', (asked, held, granted) => expect(grantedScopes(asked, held)).toBe(granted));
