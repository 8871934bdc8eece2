import { pino, type DestinationStream, type Logger } from 'pino';
import { defectForLog } from './log-defect.ts';
import { pinoPretty } from './log-pretty.ts';

/**
 * One JSON line per entry on standard output; readable lines when LOG_FORMAT=pretty or standard output is a terminal.
 * LOG_LEVEL sets the least level (default info). Entries carry ids and codes, never patient data: of an error under `err`
 * only what defectForLog lets through.
 */
export function createLogger(service: string, env: NodeJS.ProcessEnv = process.env, destination?: DestinationStream): Logger {
  const options = {
    level: env.LOG_LEVEL ?? 'info',
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: defectForLog },
  };
  if (destination) return pino(options, destination);
  const pretty = env.LOG_FORMAT ? env.LOG_FORMAT === 'pretty' : process.stdout.isTTY;
  return pretty ? pino(options, pinoPretty()) : pino(options);
}
