// Says in one sentence when this Node.js is too old or of a release that the graph does not run on, instead of a stack of
// whichever dependency met it first. Runs before everything else and on any Node.js: plain JavaScript, no dependency.
'use strict';

const numbers = (version) => version.split('.').map(Number);

/** Whether a version is in a range of the form `^20.19 || >=24`: the two operators that package.json uses, and no other. */
function supports(range, version) {
  const [major, minor] = numbers(version);
  return range.split('||').some((alternative) => {
    const parts = /^(\^|>=)(\d+(?:\.\d+)?)$/.exec(alternative.trim());
    if (!parts) throw new Error(`"engines" in package.json has "${alternative.trim()}", which local/node-version.cjs does not know`);
    const [wantedMajor, wantedMinor = 0] = numbers(parts[2]);
    if (major === wantedMajor) return minor >= wantedMinor;
    return parts[1] === '>=' && major > wantedMajor;
  });
}

/** The sentence for a person, or undefined when the version will do. */
function complaint(range, version) {
  if (supports(range, version)) return undefined;
  return `This is Node.js ${version}; the graph needs ${range}. Install one of these (https://nodejs.org) and start again.`;
}

module.exports = { complaint };

if (require.main === module) {
  const sentence = complaint(require('../package.json').engines.node, process.versions.node);
  if (sentence) {
    console.error(sentence);
    process.exitCode = 1;
  }
}
