/** A message of graphql-js about a variable: the variable, the value of the object or list that is wrong, where it stands, why. */
const aboutObject =
  /^(Variable "\$\w+" got invalid value) [{[][\s\S]*?( at "[^"\n]*")?; (Field "[^"]*" (?:of required type|is not defined by type) [\s\S]*|Expected type [\s\S]*|Expected non-nullable type [\s\S]*)$/;

/**
 * A message about a variable without the object or list around the mistake: what stands beside the mistake is somebody's name
 * or complaint, and answers are kept in the consoles and error reports of clients. The wrong value itself stays, when it is
 * no more than that: it is what the caller looks for.
 */
export const withoutNeighbours = (message: string): string => message.replace(aboutObject, '$1$2; $3');
