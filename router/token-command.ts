import { startFailure } from '#chassis/termination.ts';
import { devIssuerFile } from './config.ts';
import { openDevIssuer } from './dev-issuer.ts';
import { personaClaims } from './personas.ts';

// npm run -s token -- <persona> [id]: prints the token and nothing else, so that it can stand in $(…).
const [name, id] = process.argv.slice(2);
const request = personaClaims(name, id);
if ('complaint' in request) {
  console.error(`${request.complaint}\nUsage: npm run -s token -- <persona> [id]`);
  process.exitCode = 1;
} else {
  try {
    const issuer = await openDevIssuer(devIssuerFile(process.env));
    console.log(await issuer.issue(request.claims));
  } catch (error) {
    console.error(startFailure(error));
    process.exitCode = 1;
  }
}
